/** A row of the database, drawn as aligned names and values. */
import { styleText } from 'node:util';

export function drawRow(title: string, row: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(row);
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => `  ${styleText('dim', name.padEnd(width))}  ${show(row[name])}`);
  return [styleText('bold', title), ...lines, ''].join('\n');
}

function show(value: unknown): string {
  if (value === null || value === undefined) return styleText('dim', '–');
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}
