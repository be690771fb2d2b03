import { describe, expect, it } from 'vitest';
import type { CallCommand, CallFact } from '../../src/call/events.ts';
import {
  initialTurnState,
  defaultTurnOptions as options,
  step,
  type TurnState,
} from '../../src/call/turns.ts';

/** Feeds facts in order; returns the final state and every command given. */
function play(facts: readonly CallFact[], from: TurnState = initialTurnState) {
  let state = from;
  const commands: CallCommand[] = [];
  for (const fact of facts) {
    const [next, given] = step(state, fact, options);
    state = next;
    commands.push(...given);
  }
  return { state, commands, types: commands.map(describeCommand) };
}

function describeCommand(command: CallCommand): string {
  switch (command.type) {
    case 'startReply':
      return `startReply "${command.text}"`;
    case 'say':
      return `say ${command.line}${command.isFiller ? ' as filler' : ''}`;
    case 'setTimer':
      return `set ${command.timer} ${command.ms}`;
    case 'clearTimer':
      return `clear ${command.timer}`;
    case 'hangUp':
      return `hangUp ${command.reason}`;
    case 'stopReply':
    case 'finalizeHearing':
      return command.type;
  }
}

const interim = (text: string): CallFact => ({ type: 'caller.spoke', text, isFinal: false, endsTurn: false });
const final = (text: string): CallFact => ({ type: 'caller.spoke', text, isFinal: true, endsTurn: false });
const last = (text: string): CallFact => ({ type: 'caller.spoke', text, isFinal: true, endsTurn: true });
const fired = (timer: 'turn' | 'patience' | 'silence' | 'maxDuration'): CallFact => ({
  type: 'timer.fired',
  timer,
});

const greeted = play([{ type: 'call.answered' }, { type: 'agent.finished' }]).state;
const thinking = play([last('I need an oil change')], greeted).state;
const speaking = play(
  [{ type: 'agent.said', text: 'We have nine.' }, { type: 'agent.began' }],
  thinking,
).state;
const asking = play(
  [{ type: 'agent.said', text: 'Does nine work?' }, { type: 'agent.began' }],
  thinking,
).state;

describe('The beginning of a call', () => {
  it('greets at once, without the model, and limits the call', () => {
    expect(play([{ type: 'call.answered' }]).types).toEqual(['set maxDuration 900000', 'say greeting']);
  });

  it('waits for the caller once the greeting has been heard', () => {
    expect(greeted.phase).toBe('listening');
    expect(play([{ type: 'agent.finished' }], play([{ type: 'call.answered' }]).state).types).toEqual([
      'set silence 7000',
    ]);
  });
});

describe('The end of the caller’s turn', () => {
  it('gathers final words until the recogniser says the caller has stopped', () => {
    const { types } = play([final('I need'), interim('an oil'), last('an oil change')], greeted);
    expect(types.filter((type) => type.startsWith('startReply'))).toEqual([
      'startReply "I need an oil change"',
    ]);
  });

  it('takes UtteranceEnd when speech_final never comes, and makes only one turn of both', () => {
    const { types } = play(
      [final('on Tuesday'), { type: 'caller.paused' }, { type: 'caller.paused' }],
      greeted,
    );
    expect(types.filter((type) => type.startsWith('startReply'))).toEqual(['startReply "on Tuesday"']);
  });

  it('asks for a final when words stay interim, then goes on with what it has', () => {
    const { types, state } = play([interim('tomorrow at nine'), fired('turn'), fired('turn')], greeted);
    expect(types).toContain('finalizeHearing');
    expect(types.at(-1)).toBe('startReply "tomorrow at nine"');
    expect(state.phase).toBe('thinking');
  });

  it('waits again when the caller goes on after we asked for a final', () => {
    const { state, types } = play(
      [interim('tomorrow'), fired('turn'), interim('tomorrow at nine'), final('tomorrow')],
      greeted,
    );
    expect(types.filter((type) => type.startsWith('startReply'))).toEqual([]);
    expect(state.phase).toBe('listening');
  });

  it('does not take the late final of a guessed turn for a new turn', () => {
    const guessed = play([interim('tomorrow at nine'), fired('turn'), fired('turn')], greeted).state;
    const { state, types } = play([last('Tomorrow at nine.')], guessed);
    expect(types).toEqual([]);
    expect(state.phase).toBe('thinking');
  });

  it('ignores blank results', () => {
    expect(play([final(''), interim('  ')], greeted).types).toEqual([]);
  });

  it('waits for more while the caller is still talking after a final', () => {
    const { state } = play([final('I need'), interim('an'), { type: 'caller.paused' }], greeted);
    expect(state.phase).toBe('listening');
    expect(state.isFinalizing).toBe(true);
  });

  it('hands a key press to the model as a turn of its own', () => {
    expect(play([{ type: 'caller.pressed', digit: '1' }], asking).types).toEqual(
      expect.arrayContaining(['stopReply', 'startReply "[The caller pressed 1]"']),
    );
  });
});

describe('Talking over the agent', () => {
  it.each([
    ['two words over a statement', speaking, 'no Friday', true],
    ['a stop word over a statement', speaking, 'wait', true],
    ['one other word over a statement', speaking, 'Friday', false],
    ['a yes to a question', asking, 'yes', true],
    ['a murmur over a question', asking, 'uh huh', false],
    ['a murmur over a statement', speaking, 'mm-hmm', false],
    ['a word while the agent thinks', thinking, 'tomorrow', true],
    ['a murmur while the agent thinks', thinking, 'um', false],
  ])('%s: the agent stops: %#', (_name, state, words, stops) => {
    const { types } = play([interim(words)], state);
    expect(types.includes('stopReply')).toBe(stops);
  });

  it('answers a remark that did not interrupt once the agent has finished', () => {
    const { types } = play([last('Friday'), { type: 'agent.finished' }], speaking);
    expect(types).not.toContain('stopReply');
    expect(types.at(-1)).toBe('startReply "Friday"');
  });

  it('forgets a murmur', () => {
    expect(play([last('uh huh'), { type: 'agent.finished' }], speaking).types).toEqual(['set silence 7000']);
  });
});

describe('Silence of the agent', () => {
  it('fills it twice, then apologises and lets the caller speak', () => {
    const { types } = play([fired('patience'), fired('patience'), fired('patience')], thinking);
    expect(types).toEqual([
      'say oneMoment as filler',
      'set patience 2800',
      'say stillWorking as filler',
      'set patience 4000',
      'stopReply',
      'say trouble',
    ]);
  });

  it('says goodbye when it happens again', () => {
    const once = play(
      [fired('patience'), fired('patience'), fired('patience'), { type: 'agent.finished' }],
      thinking,
    );
    const again = play([last('hello?'), fired('patience'), fired('patience'), fired('patience')], once.state);
    expect(again.types.at(-1)).toBe('say troubleGoodbye');
    expect(play([{ type: 'agent.finished' }], again.state).types).toEqual(['hangUp llm_error']);
  });

  it('asks again when the model had nothing to say', () => {
    expect(play([{ type: 'reply.ended', wasEmpty: true }], thinking).types).toContain('say didNotCatch');
  });

  it('does not ask for ever: the second empty reply in a row is goodbye, one after an answer is not', () => {
    const empty: CallFact = { type: 'reply.ended', wasEmpty: true };
    const once = play([empty, { type: 'agent.finished' }, last('I said Tuesday')], thinking).state;
    const twice = play([empty, { type: 'agent.finished' }], once);
    expect(twice.types).toContain('say troubleGoodbye');
    expect(twice.types.at(-1)).toBe('hangUp llm_error');

    const answered: CallFact[] = [{ type: 'agent.began' }, { type: 'reply.ended', wasEmpty: false }];
    const good = play([...answered, { type: 'agent.finished' }, last('and Friday?')], once).state;
    expect(play([empty], good).types).toContain('say didNotCatch');
  });
});

describe('Silence of the caller', () => {
  it('asks twice, then says goodbye and hangs up', () => {
    const { types } = play(
      [
        fired('silence'),
        { type: 'agent.finished' },
        fired('silence'),
        { type: 'agent.finished' },
        fired('silence'),
        { type: 'agent.finished' },
      ],
      greeted,
    );
    expect(types.filter((type) => /^(say|hangUp)/.test(type))).toEqual([
      'say stillThere',
      'say stillThere',
      'say noInputGoodbye',
      'hangUp no_input',
    ]);
  });
});

describe('The end of a call', () => {
  const closing = play([{ type: 'reply.ended', wasEmpty: false, closes: 'agent_end' }], speaking).state;

  it('hangs up only when the goodbye has been heard', () => {
    expect(play([{ type: 'agent.finished' }], closing).types).toEqual(['hangUp agent_end']);
  });

  it.each(['thanks, bye', 'okay', 'uh huh'])('lets "%s" pass over the goodbye', (words) => {
    expect(play([last(words)], closing).types).toEqual([]);
  });

  it('stays on the line when the caller has one more thing', () => {
    const { state, types } = play([interim('wait one more thing')], closing);
    expect(types).toContain('stopReply');
    expect(state.closing).toBeUndefined();
  });

  it.each([
    ['the caller hangs up', { type: 'caller.left', how: 'hangup' }, 'hangUp caller_hangup'],
    ['the line breaks', { type: 'caller.left', how: 'dropped' }, 'hangUp media_disconnect'],
  ] as const)('ends at once when %s', (_name, fact, command) => {
    expect(play([fact], speaking).types).toEqual([command]);
  });

  it.each([
    ['the recogniser is lost', { type: 'hearing.failed' }, 'cannotHearGoodbye', 'stt_error'],
    ['the voice is lost', { type: 'voice.failed' }, 'troubleGoodbye', 'tts_error'],
    ['the time is up', { type: 'timer.fired', timer: 'maxDuration' }, 'timeUpGoodbye', 'max_duration'],
    ['the server stops', { type: 'shutdown.began' }, 'shutdownGoodbye', 'shutdown'],
  ] as const)('says why in fixed words when %s', (_name, fact, line, reason) => {
    const { types } = play([fact, { type: 'agent.finished' }], greeted);
    expect(types.slice(-2)).toEqual([`say ${line}`, `hangUp ${reason}`]);
  });

  it('does nothing any more once it is over', () => {
    const over = play([{ type: 'caller.left', how: 'hangup' }], speaking).state;
    expect(play([last('hello'), fired('silence'), { type: 'agent.finished' }], over).types).toEqual([]);
  });
});

describe('A call that is taken up again', () => {
  it('says why it was gone, and asks its last question again in one breath', () => {
    const opening = { line: 'lineCut', again: 'Which day suits you?' } as const;
    const [, commands] = step(initialTurnState, { type: 'call.answered', opening }, options);
    expect(commands).toContainEqual({
      type: 'say',
      line: 'lineCut',
      isFiller: false,
      again: 'Which day suits you?',
    });
  });

  it('answers what the caller had said, instead of asking again', () => {
    const opening = { line: 'lineCut', again: 'Which day?', owesReply: true } as const;
    const { types } = play([{ type: 'call.answered', opening }, { type: 'agent.finished' }]);
    expect(types.slice(1)).toEqual([
      'say lineCut',
      'clear turn',
      'clear silence',
      'set patience 1200',
      'startReply ""',
    ]);
  });

  it('listens to a caller who speaks first, and owes nothing more', () => {
    const opening = { line: 'lineCut', owesReply: true } as const;
    const { types } = play([
      { type: 'call.answered', opening },
      last('Tuesday please'),
      { type: 'agent.began' },
      { type: 'agent.finished' },
    ]);
    expect(types.filter((type) => type.startsWith('startReply'))).toEqual(['startReply "Tuesday please"']);
  });
});

describe('A call that goes to a person', () => {
  const leaving = play([{ type: 'reply.ended', wasEmpty: false, closes: 'transferred' }], speaking).state;

  it('moves when the goodbye has been heard', () => {
    expect(play([{ type: 'agent.finished' }], leaving).types).toEqual(['hangUp transferred']);
  });

  it.each(['okay', 'thank you', 'uh huh'])('moves although the caller says "%s"', (words) => {
    expect(play([last(words), { type: 'agent.finished' }], leaving).types).toEqual(['hangUp transferred']);
  });

  it('stays when the caller says something else', () => {
    const { state, types } = play([interim('wait not the manager'), { type: 'agent.finished' }], leaving);
    expect(types).toContain('stopReply');
    expect(types).not.toContain('hangUp transferred');
    expect(state.closing).toBeUndefined();
  });
});
