/** `npm run measure` as a process, on a small world: every step is timed, and nothing is left behind. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { PATIENCE_MS } from './run-script.ts';

const reports = z.array(
  z.object({
    database: z.string(),
    rows: z.record(z.string(), z.number()),
    steps: z.array(
      z.object({
        step: z.string(),
        runs: z.number(),
        p50Ms: z.number(),
        p99Ms: z.number(),
        targetMs: z.number(),
      }),
    ),
  }),
);

it('times every read and write of a call in a temporary database', { timeout: PATIENCE_MS }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'measure-'));
  try {
    const script = fileURLToPath(new URL('../../scripts/measure.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [script, '--json', '--customers', '50', '--runs', '3'],
      { env: { PATH: process.env['PATH'], TMPDIR: folder }, timeout: PATIENCE_MS },
    );
    const [report, ...others] = reports.parse(JSON.parse(stdout));
    expect(others).toEqual([]);
    expect(report).toMatchObject({ database: 'embedded', rows: { customers: 50, vehicles: 80 } });
    const steps = report?.steps ?? [];
    expect(steps.map(({ step }) => step)).toEqual(
      expect.arrayContaining(['findCustomerByPhone, cached', 'bookAppointment', 'rescheduleAppointment']),
    );
    expect(steps.every(({ runs, p50Ms, p99Ms }) => runs >= 3 && p99Ms >= p50Ms)).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
