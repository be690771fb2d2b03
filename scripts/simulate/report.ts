/** What became of the scenarios, as a table for a person. */
import { styleText } from 'node:util';
import type { Verdict } from './play.ts';

export const isPassed = (verdict: Verdict): boolean => verdict.complaints.length === 0;

/** A line for one scenario; of a failure the first reason. `width`: columns of the whole line. */
export function drawVerdict(verdict: Verdict, width: number): string {
  const { id, flow, tookMs, complaints } = verdict;
  const mark = isPassed(verdict) ? styleText('green', '✓') : styleText('red', '✗');
  const start = `${id.padEnd(34)} ${styleText('dim', flow.padEnd(31))} ${`${Math.round(tookMs)}`.padStart(6)} ms`;
  const more = complaints.length > 1 ? ` (and ${complaints.length - 1} more)` : '';
  const why = complaints[0]
    ? `  ${styleText('red', shorten(complaints[0], Math.max(40, width - 82)))}${more}`
    : '';
  return `${mark} ${start}${why}`;
}

/** Everything about a failure: the reasons, and the conversation with its tools. */
export function drawFailure({ id, complaints, conversation, tools, outcome, ended }: Verdict): string {
  return [
    styleText('bold', `✗ ${id}`),
    ...complaints.map((complaint) => styleText('red', `    ${complaint}`)),
    ...conversation.map(({ who, text }) => `    ${styleText('dim', who.padEnd(7))} ${text}`),
    ...tools.map(({ name, args, isSuccess }) =>
      styleText('dim', `    tool    ${isSuccess ? '✓' : '✗'} ${name} ${shorten(args, 160)}`),
    ),
    styleText('dim', `    outcome ${outcome ?? 'none'}${ended ? `, ended by ${ended}` : ''}`),
    '',
  ].join('\n');
}

export function drawSummary(verdicts: readonly Verdict[], wallMs: number): string {
  const failed = verdicts.filter((verdict) => !isPassed(verdict));
  const flows = [...Map.groupBy(verdicts, ({ flow }) => flow)].map(
    ([flow, own]) => `  ${flow.padEnd(34)} ${own.filter(isPassed).length} of ${own.length}`,
  );
  const words =
    failed.length === 0 ? `all ${verdicts.length} passed` : `${failed.length} of ${verdicts.length} failed`;
  const style = failed.length === 0 ? 'green' : 'red';
  return [...flows, '', styleText(style, `${words}, ${(wallMs / 1000).toFixed(1)} s`), ''].join('\n');
}

const shorten = (text: string, length: number) =>
  text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
