/** The conversation as it was heard, in order: what the model is shown and what the call log keeps. */
import type { SettledTurn, ToolRecord, TurnLatencies } from './events.ts';

export type HistoryEntry =
  | { speaker: 'caller'; text: string }
  | { speaker: 'agent'; text: string; isInterrupted: boolean }
  | { speaker: 'tool'; record: ToolRecord };

interface AgentEntry {
  speaker: 'agent';
  text: string;
  isInterrupted: boolean;
  position: number;
  at: number;
  isSettled: boolean;
}

type Entry = { speaker: 'caller'; text: string } | AgentEntry | { speaker: 'tool'; record: ToolRecord };

/** What is taken over into the next stream of the same call. */
export interface Past {
  entries: readonly HistoryEntry[];
  /** Of the last turn; the next one follows it. */
  position: number;
}

export class History {
  readonly #entries: Entry[];
  readonly #onSettled: (turn: SettledTurn) => void;
  readonly #now: () => number;
  #position: number;

  /** `onSettled` is told of each turn once, when it will not change any more. */
  constructor(now: () => number, onSettled: (turn: SettledTurn) => void, past?: Past) {
    this.#entries = (past?.entries ?? []).map((entry) =>
      entry.speaker === 'agent' ? { ...entry, position: 0, at: 0, isSettled: true } : entry,
    );
    this.#position = past?.position ?? 0;
    this.#now = now;
    this.#onSettled = onSettled;
  }

  /** The position of the last turn. */
  get position(): number {
    return this.#position;
  }

  get entries(): readonly HistoryEntry[] {
    return this.#entries.filter((entry) => entry.speaker !== 'agent' || entry.text !== '');
  }

  callerSaid(text: string): void {
    this.#entries.push({ speaker: 'caller', text });
    this.#onSettled({ position: ++this.#position, speaker: 'caller', text, at: this.#now() });
  }

  toolRan(record: ToolRecord): void {
    this.#entries.push({ speaker: 'tool', record });
    this.#onSettled({ position: ++this.#position, speaker: 'tool', record, at: this.#now() });
  }

  /** Opens an entry for what the agent begins to say. */
  agentBegan(): AgentTurn {
    const entry: AgentEntry = {
      speaker: 'agent',
      text: '',
      isInterrupted: false,
      position: ++this.#position,
      at: this.#now(),
      isSettled: false,
    };
    this.#entries.push(entry);
    return {
      add: (text) => {
        if (!entry.isSettled) entry.text = entry.text ? `${entry.text} ${text}` : text;
      },
      get text() {
        return entry.text;
      },
      settle: (heardText, isInterrupted, latencies) => {
        if (entry.isSettled) return;
        entry.isSettled = true;
        entry.text = heardText;
        entry.isInterrupted = isInterrupted;
        const { position, at } = entry;
        this.#onSettled({ position, speaker: 'agent', text: heardText, isInterrupted, latencies, at });
      },
    };
  }
}

/** One stretch of the agent's words between tools. */
export interface AgentTurn {
  add(text: string): void;
  readonly text: string;
  /** Final: the words heard, and whether the caller cut them short. */
  settle(heardText: string, isInterrupted: boolean, latencies: TurnLatencies): void;
}
