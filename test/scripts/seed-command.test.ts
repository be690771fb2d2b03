/** What `npm run seed` understands and says: its options, its target, its progress and its report. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseSeedArguments } from '../../scripts/seed/options.ts';
import { createProgress } from '../../scripts/seed/progress.ts';
import { formatReport } from '../../scripts/seed/report.ts';
import { readTarget } from '../../scripts/seed/target.ts';

const timeZone = 'America/Chicago';
const parse = (line: string, clockStart?: string) =>
  parseSeedArguments(line.split(' ').filter(Boolean), { timeZone, clockStart });

describe('parseSeedArguments', () => {
  it('takes 10,000 customers, seed 1 and the present when nothing is asked for', () => {
    expect(parse('')).toEqual({
      ok: true,
      value: { world: 'seed', customers: 10_000, seed: 1, reset: false, help: false, now: undefined },
    });
  });

  it('takes every option', () => {
    expect(parse('--customers 500 --seed=7 --reset --now 2026-05-21')).toMatchObject({
      ok: true,
      value: { customers: 500, seed: 7, reset: true, now: Date.parse('2026-05-21T10:00:00-05:00') },
    });
    expect(parse('--world demo --reset')).toMatchObject({ ok: true, value: { world: 'demo', reset: true } });
  });

  it.each([
    ['2026-05-21T14:30', '2026-05-21T14:30:00-05:00'],
    ['2026-01-21T14:30', '2026-01-21T14:30:00-06:00'],
    ['2026-05-21T10:00:00-05:00', '2026-05-21T10:00:00-05:00'],
    ['2026-05-21T15:00:00Z', '2026-05-21T10:00:00-05:00'],
  ])('reads --now %s as %s', (text, instant) => {
    expect(parse(`--now ${text}`)).toMatchObject({ ok: true, value: { now: Date.parse(instant) } });
  });

  it('takes the start of the business clock for the present, unless --now says otherwise', () => {
    const clockStart = '2026-05-21T10:00:00-05:00';
    expect(parse('', clockStart)).toMatchObject({ value: { now: Date.parse(clockStart) } });
    expect(parse('--now 2026-06-01', clockStart)).toMatchObject({
      value: { now: Date.parse('2026-06-01T10:00:00-05:00') },
    });
  });

  it.each([
    ['--customers 0', '--customers'],
    ['--customers -5', '--customers'],
    ['--customers 12.5', '--customers'],
    ['--customers many', '--customers'],
    ['--customers 1000000', 'fictional phone numbers'],
    ['--seed 1e3', '--seed'],
    ['--seed 4294967296', '--seed'],
    ['--now yesterday', '--now'],
    ['--now 2026-02-30', '--now'],
    ['--now 1999-01-01', '--now'],
    ['--world real', '--world'],
    ['--world demo --customers 5', 'fixed'],
    ['--cusotmers 5', '--cusotmers'],
    ['500', '500'],
  ])('refuses %s and names %s', (line, named) => {
    expect(parse(line)).toMatchObject({ ok: false, refusal: expect.stringContaining(named) });
  });
});

describe('readTarget', () => {
  it.each([
    [{}, { connect: { dataDir: '.data' }, label: 'the embedded database in .data' }],
    [
      { DATABASE_URL: '', DATA_DIR: '/srv/x' },
      { connect: { dataDir: '/srv/x' }, label: 'the embedded database in /srv/x' },
    ],
    [
      { NEON_DATABASE_URL: 'postgresql://u:secret@db.example.com/crm?sslmode=require' },
      {
        connect: { url: 'postgresql://u:secret@db.example.com/crm?sslmode=require' },
        label: 'db.example.com/crm',
      },
    ],
    [
      { DATABASE_URL: 'postgres://u:p@127.0.0.1:5432/a', NEON_DATABASE_URL: 'postgres://u:p@b/b' },
      { connect: { url: 'postgres://u:p@127.0.0.1:5432/a' }, label: '127.0.0.1:5432/a' },
    ],
  ])('of %j is %j', (env, target) => {
    expect(readTarget(env)).toEqual({ ...target, dealershipFile: undefined });
  });

  it('names the dealership file when one is set', () => {
    expect(readTarget({ DEALERSHIP_FILE: './mine.json' }).dealershipFile).toBe('./mine.json');
  });

  it.each(['not a url', 'mysql://u:secret@h/db'])('refuses %s without repeating it', (url) => {
    expect(() => readTarget({ DATABASE_URL: url })).toThrow(/^DATABASE_URL must look like/);
    expect(() => readTarget({ DATABASE_URL: url })).not.toThrow(/secret/);
  });
});

describe('createProgress', () => {
  function record(isTTY: boolean) {
    const written: string[] = [];
    let time = 0;
    const screen = {
      isTTY,
      columns: 80,
      write: (text: string) => written.push(stripVTControlCharacters(text)),
    };
    const progress = createProgress(screen, 4_000, () => time);
    return { written, progress, wait: (ms: number) => (time += ms) };
  }

  it('redraws one line on a terminal, up to the whole, and leaves it clean', () => {
    const { written, progress, wait } = record(true);
    progress.update('customers', 1_000, 1_000);
    wait(60);
    progress.update('vehicles', 1_000, 3_000);
    wait(60);
    progress.update('vehicles', 3_000, 3_000);
    progress.end();
    expect(written.map((line) => /(\d+)% {2}(\w+)/.exec(line)?.slice(1))).toEqual([
      ['25', 'customers'],
      ['50', 'vehicles'],
      ['100', 'vehicles'],
      undefined,
    ]);
    expect(written.join('')).not.toContain('\n');
  });

  it('does not redraw faster than can be seen', () => {
    const { written, progress } = record(true);
    for (let done = 1; done < 1_000; done++) progress.update('customers', done, 4_000);
    expect(written).toHaveLength(1);
  });

  it('prints a plain line for each finished table elsewhere', () => {
    const { written, progress } = record(false);
    progress.update('customers', 500, 1_000);
    progress.update('customers', 1_000, 1_000);
    progress.update('vehicles', 3_000, 3_000);
    progress.end();
    expect(written).toEqual(['  customers: 1,000 rows\n', '  vehicles: 3,000 rows\n']);
  });
});

describe('formatReport', () => {
  it('tells where, how much, how fast, and whom to call as', () => {
    const text = stripVTControlCharacters(
      formatReport({
        where: 'the embedded database in .data',
        counts: [
          ['customers', 10_000, ''],
          ['vehicles', 16_000, 'of 21 makes'],
        ],
        generateMs: 900,
        loadMs: 2_000,
        sample: {
          name: 'Ann Lee',
          phone: '+14475550123',
          vehicle: '2020 Honda Civic',
          known: 'nothing booked yet',
        },
        clockStart: undefined,
      }),
    );
    expect(text).toContain('Loaded into the embedded database in .data');
    expect(text).toMatch(/vehicles +16,000 +of 21 makes/);
    expect(text).toContain('26,000 rows: 0.9 s to make, 2.0 s to load (13,000 rows/s)');
    expect(text).toContain('Call as Ann Lee, 2020 Honda Civic; nothing booked yet.');
    expect(text).toMatch(/^ {4}npm run call -- --as \+14475550123$/m);
  });
});
