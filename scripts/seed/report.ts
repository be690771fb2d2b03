/** What `npm run seed` says at the end: what is in the database now, and how to try it. */
import { styleText } from 'node:util';

export interface Sample {
  name: string;
  phone: string;
  vehicle: string;
  /** One more thing worth asking about on the phone. */
  known: string;
}

export interface Report {
  where: string;
  counts: readonly (readonly [name: string, rows: number, note: string])[];
  generateMs: number;
  loadMs: number;
  sample: Sample | undefined;
  /** A setting without which the dates would be off. */
  clockStart: string | undefined;
}

const thousands = (value: number) => Math.round(value).toLocaleString('en-US');
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

/** Lines without the last line end. */
export function formatReport({ where, counts, generateMs, loadMs, sample, clockStart }: Report): string {
  const rows = counts.reduce((sum, [, count]) => sum + count, 0);
  const speed = `${thousands(rows / Math.max(loadMs / 1_000, 0.001))} rows/s`;
  const figures = `${thousands(rows)} rows: ${seconds(generateMs)} to make, ${seconds(loadMs)} to load (${speed})`;
  const lines = [
    `${styleText('green', '✔')} ${styleText('bold', `Loaded into ${where}`)}`,
    '',
    ...counts.map(([name, count, note]) =>
      `  ${name.padEnd(16)}${thousands(count).padStart(8)}   ${styleText('dim', note)}`.trimEnd(),
    ),
    '',
    `  ${styleText('dim', figures)}`,
  ];
  if (sample) {
    const { name, phone, vehicle, known } = sample;
    const clock = clockStart === undefined ? '' : `CLOCK_START=${clockStart} `;
    lines.push(
      '',
      `  Call as ${styleText('bold', name)}, ${vehicle}; ${known}.`,
      '',
      `    ${styleText('cyan', `${clock}npm run call -- --as ${phone}`)}`,
    );
  }
  return lines.join('\n');
}
