/** Draws a phone call in a terminal while it happens: who says what, which tools run, how long things take. */
import { styleText } from 'node:util';
import type { CallEvent } from '../../src/call/events.ts';

export interface CallScreen {
  note(text: string): void;
  callerSays(text: string): void;
  /** A word the phone has just played. */
  agentWord(word: string): void;
  event(event: CallEvent): void;
  /** The agent's sentence is complete. */
  endLine(): void;
}

const LABEL = 11;
const label = (name: string, style: 'cyan' | 'green' | 'dim') => styleText(style, name.padEnd(LABEL));
const indent = ' '.repeat(LABEL);

/** `width`: columns after which a line is broken. */
export function createCallScreen(write: (text: string) => void, width: number): CallScreen {
  let column = 0;

  function endLine(): void {
    if (column > 0) write('\n');
    column = 0;
  }

  function line(text: string): void {
    endLine();
    write(`${text}\n`);
  }

  return {
    endLine,
    note(text) {
      line(styleText('dim', text));
    },
    callerSays(text) {
      line(`${label('Caller', 'green')}${text}`);
    },
    agentWord(word) {
      if (column === 0) {
        write(label('Agent', 'cyan') + word);
        column = LABEL + word.length;
      } else if (column + 1 + word.length > width) {
        write(`\n${indent}${word}`);
        column = LABEL + word.length;
      } else {
        write(` ${word}`);
        column += 1 + word.length;
      }
    },
    event(event) {
      if (event.type === 'caller.interrupted') line(styleText('yellow', `${indent}(the caller interrupts)`));
      else if (event.type === 'fault')
        line(styleText('red', `${indent}${event.where} failed: ${event.fault}`));
      else if (event.type === 'turn.settled' && event.turn.speaker === 'tool') {
        const { name, arguments: args, result, isSuccess, tookMs } = event.turn.record;
        const mark = isSuccess ? styleText('green', '✓') : styleText('yellow', '✗');
        line(
          `${label('  tool', 'dim')}${mark} ${name} ${styleText('dim', `${shorten(args, width - LABEL - name.length - 14)}  ${Math.round(tookMs)} ms`)}`,
        );
        const message = messageOf(result);
        if (message) line(styleText('dim', `${indent}  ${shorten(message, width - LABEL - 2)}`));
      } else if (event.type === 'turn.settled' && event.turn.speaker === 'agent') {
        const { modelFirstTokenMs, speechFirstByteMs, responseMs } = event.turn.latencies;
        if (responseMs === undefined) return endLine();
        const rounded = (ms: number | undefined) => Math.round(ms ?? 0);
        const detail = `first word ${rounded(modelFirstTokenMs)}, first sound ${rounded(speechFirstByteMs)}`;
        line(styleText('dim', `${indent}answered in ${Math.round(responseMs)} ms  (${detail})`));
      }
    },
  };
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}

function messageOf(result: string): string | undefined {
  const parsed: unknown = JSON.parse(result);
  return typeof parsed === 'object' &&
    parsed !== null &&
    'message' in parsed &&
    typeof parsed.message === 'string'
    ? parsed.message
    : undefined;
}
