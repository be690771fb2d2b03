/** Keeps src/ as the picture shows it: which room may import which, where a vendor's SDK may appear, and how files look. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/*
 * The arrows. `imports` are rooms (or single files) whose code may be used. `types` may be named but not run: an
 * `import type` leaves nothing behind, so agent and http can hand a database on without being able to ask it anything.
 * Only app.ts knows every room, and so which vendor is live. Whatever is in one room may import its own room, except
 * that no adapter imports another vendor's.
 */
const EVERYTHING = '*';
const ARROWS: Record<string, { imports: readonly string[]; types?: readonly string[] }> = {
  'main.ts': { imports: ['app.ts', 'banner.ts', 'config.ts'] },
  'app.ts': { imports: [EVERYTHING] },
  'banner.ts': { imports: [] },
  'config.ts': { imports: [] },
  'errors.ts': { imports: [] },
  http: {
    imports: ['call', 'agent', 'dealership', 'jobs', 'telemetry', 'lib', 'errors.ts'],
    types: ['db/connect.ts'],
  },
  jobs: { imports: ['dealership', 'telemetry', 'lib'], types: ['db/connect.ts'] },
  agent: {
    imports: ['dealership', 'speech', 'lib'],
    types: ['call/ports.ts', 'call/events.ts', 'call/history.ts', 'db/connect.ts'],
  },
  adapters: { imports: ['lib'], types: ['call/ports.ts', 'agent/ports.ts', 'dealership/ports.ts'] },
  call: { imports: ['speech', 'lib'] },
  dealership: { imports: ['db', 'lib'] },
  db: { imports: [] },
  sandbox: { imports: ['speech', 'lib'] },
  telemetry: { imports: ['lib'] },
  speech: { imports: [] },
  lib: { imports: [] },
};

/** Packages that belong to one place. The sandbox signs its webhooks with Twilio's own code, so that both agree. */
const PACKAGES: Record<string, readonly string[]> = {
  '@deepgram/sdk': ['adapters/deepgram'],
  openai: ['adapters/openai'],
  googleapis: ['adapters/google-calendar'],
  'google-auth-library': ['adapters/google-calendar'],
  twilio: ['adapters/twilio', 'sandbox/twilio'],
  ioredis: ['adapters/redis'],
  '@electric-sql/pglite': ['db'],
  '@electric-sql/pglite-socket': ['db'],
  pg: ['db'],
  'pg-boss': ['jobs'],
  'drizzle-orm': ['db', 'dealership'],
  fastify: ['app.ts', 'http'],
  '@fastify/formbody': ['app.ts'],
  '@fastify/websocket': ['app.ts', 'http'],
};

/** A call must run on any machine and in virtual time: its rules and its speech use no package and no Node module. */
const NOTHING_FROM_OUTSIDE = ['call', 'speech'];

const MOST_LINES = 400;
const EMPTY_NAMES = ['util', 'utils', 'helper', 'helpers', 'manager', 'service', 'common', 'misc', 'index'];

interface Import {
  specifier: string;
  isTypeOnly: boolean;
}

const STATIC = /^import\s+(type\s+)?(?:([\w*{}\s,$]+?)\s+from\s+)?'([^']+)'/gm;
const REEXPORT = /^export\s+(type\s+)?(\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\s+'([^']+)'/gm;
/** Also `new URL('./x.ts', import.meta.url)`, which is how a thread's script is named. */
const DYNAMIC = /(?:\bimport\(\s*|\bnew URL\(\s*(?='[^']+',\s*import\.meta\.url))'([^']+)'/g;

/** Every module a file names. `import { type A, type B }` counts as types only. */
function readImports(source: string): Import[] {
  const found: Import[] = [];
  for (const pattern of [STATIC, REEXPORT]) {
    for (const [, type, names = '', specifier = ''] of source.matchAll(pattern)) {
      const named = /^\{([^}]*)\}$/.exec(names.trim())?.[1]?.split(',') ?? [];
      const words = named.map((name) => name.trim()).filter(Boolean);
      const isTypeOnly =
        type !== undefined || (words.length > 0 && words.every((word) => word.startsWith('type ')));
      found.push({ specifier, isTypeOnly });
    }
  }
  for (const [, specifier = ''] of source.matchAll(DYNAMIC)) found.push({ specifier, isTypeOnly: false });
  return found;
}

/** `agent` for `agent/tools/all.ts`, `app.ts` for itself. */
const roomOf = (path: string) => path.split('/')[0] ?? path;
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
const isIn = (path: string, place: string) => path === place || path.startsWith(`${place}/`);

/** Why `path` (below src) may not contain this import; undefined when it may. */
function judge(path: string, { specifier, isTypeOnly }: Import): string | undefined {
  if (!specifier.startsWith('.')) {
    if (NOTHING_FROM_OUTSIDE.includes(roomOf(path))) return `${path} imports ${specifier}`;
    const places = PACKAGES[packageOf(specifier)];
    return places && !places.some((place) => isIn(path, place)) ? `${path} imports ${specifier}` : undefined;
  }
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  // Outside src is data: migrations. Code outside src (scripts, tests) is never named from within.
  if (target.startsWith('..')) return target.endsWith('.ts') ? `${path} leaves src for ${target}` : undefined;
  const room = roomOf(path);
  if (roomOf(target) === room) {
    const [, vendor] = path.split('/');
    return room === 'adapters' && target.split('/')[1] !== vendor ? `${path} -> ${target}` : undefined;
  }
  const { imports = [], types = [] } = ARROWS[room] ?? {};
  const allowed = isTypeOnly ? [...imports, ...types] : imports;
  if (allowed.some((place) => place === EVERYTHING || isIn(target, place))) return undefined;
  return `${path} -> ${target}${types.includes(target) ? ' (types only)' : ''}`;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const listFiles = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const source = listFiles('src').filter((path) => path.endsWith('.ts'));
const files = [...source, ...listFiles('scripts').filter((path) => path.endsWith('.ts'))];
const modules = source.map((path) => ({ path: path.slice('src/'.length), text: read(path) }));

describe('the rooms of src', () => {
  it('have an arrow each, so that a new room must say what it may import', () => {
    expect([...new Set(modules.map(({ path }) => roomOf(path)))].filter((room) => !(room in ARROWS))).toEqual(
      [],
    );
  });

  it('import only along the arrows, and each vendor only where it belongs', () => {
    const broken = modules.flatMap(({ path, text }) => readImports(text).map((one) => judge(path, one)));
    expect(broken.filter((complaint) => complaint !== undefined)).toEqual([]);
  });

  it('name every module by a literal, so that no import escapes this test', () => {
    const hidden = modules.filter(({ text }) => /\bimport\(\s*[^'\s]|\bcreateRequire\b/.test(text));
    expect(hidden.map(({ path }) => path)).toEqual([]);
  });

  it('keep their ports free of code', () => {
    const ports = modules.filter(({ path }) => basename(path) === 'ports.ts');
    expect(ports.length).toBeGreaterThanOrEqual(3);
    const busy = ports.filter(({ text }) => /^(export )?(const|let|class|function|async) /m.test(text));
    expect(busy.map(({ path }) => path)).toEqual([]);
  });

  it('read the environment in one place, where the process starts', () => {
    const readers = modules.filter(({ text }) => /\bprocess\.env\b/.test(text));
    expect(readers.map(({ path }) => path)).toEqual(['main.ts']);
  });

  it('never write to the console: there is a log', () => {
    const loud = modules.filter(({ text }) => /\bconsole\.\w+\(/.test(text));
    expect(loud.map(({ path }) => path)).toEqual([]);
  });

  it('have no barrels: a name is imported from where it lives', () => {
    const barrels = modules.filter(({ text }) => text.search(REEXPORT) >= 0);
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });
});

describe('the files of src and scripts', () => {
  it('are in kebab-case and named for the thing', () => {
    const names = files.flatMap((path) => path.replace(/\.ts$/, '').split('/'));
    const isPoor = (name: string) =>
      !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || EMPTY_NAMES.includes(name.split('-').at(-1) ?? '');
    expect(names.filter(isPoor)).toEqual([]);
  });

  it('open with a comment that says in a sentence what the file is for', () => {
    const silent = files.filter(
      (path) => !/^(#!.*\n)?\/\*\*\s[^*]*(\*(?!\/)[^*]*)*[.!?]\s*\*\//.test(read(path)),
    );
    expect(silent).toEqual([]);
  });

  it(`have at most ${MOST_LINES} lines`, () => {
    expect(files.filter((path) => read(path).split('\n').length - 1 > MOST_LINES)).toEqual([]);
  });
});

describe('the judgement itself', () => {
  it('finds every way of naming a module', () => {
    const text = [
      "import a from './a.ts';",
      "import * as b from './b.ts';",
      "import './c.ts';",
      "import type { D } from './d.ts';",
      "import { type E, type F } from './e.ts';",
      "import {\n  type G,\n  h,\n} from './g.ts';",
      "export { i } from './i.ts';",
      "export type { J } from './j.ts';",
      "export * from './k.ts';",
      "const l = await import('./l.ts');",
      "new Worker(new URL('./m.ts', import.meta.url));",
      "const notOne = new URL('./n', 'http://host');",
      "// taken from './o.ts'",
    ].join('\n');
    expect(
      readImports(text).map(({ specifier, isTypeOnly }) => `${specifier}${isTypeOnly ? ' type' : ''}`),
    ).toEqual([
      './a.ts',
      './b.ts',
      './c.ts',
      './d.ts type',
      './e.ts type',
      './g.ts',
      './i.ts',
      './j.ts type',
      './k.ts',
      './l.ts',
      './m.ts',
    ]);
  });

  it.each([
    ['call/call.ts', "import { createPhraser } from '../speech/phrases.ts';"],
    ['agent/tool.ts', "import type { Db } from '../db/connect.ts';"],
    ['adapters/openai/chunk.ts', "import type { ToolCall } from '../../agent/ports.ts';"],
    ['adapters/redis/key-value.ts', "import { Redis } from 'ioredis';"],
    ['sandbox/twilio/webhook.ts', "import twilio from 'twilio';"],
    ['app.ts', "import { startSandbox } from './sandbox/sandbox.ts';"],
    ['db/migrate.ts', "const FOLDER = new URL('../../drizzle/', import.meta.url);"],
  ])('lets %s say: %s', (path, text) => {
    expect(readImports(text).map((one) => judge(path, one))).toEqual([undefined]);
  });

  it.each([
    ['agent/tool.ts', "import { connectDatabase } from '../db/connect.ts';"],
    ['agent/agent.ts', "import type { Call } from '../call/call.ts';"],
    ['call/call.ts', "import type { Tool } from '../agent/tool.ts';"],
    ['call/call.ts', "import { z } from 'zod';"],
    ['http/voice.ts', "import { connectStream } from '../adapters/twilio/twiml.ts';"],
    ['http/health.ts', "import { startSandbox } from '../sandbox/sandbox.ts';"],
    ['main.ts', "import { startSandbox } from './sandbox/sandbox.ts';"],
    ['sandbox/twilio/webhook.ts', "import { isSigned } from '../../adapters/twilio/signature.ts';"],
    ['adapters/twilio/rest.ts', "import { openPool } from '../openai/connection.ts';"],
    ['adapters/twilio/rest.ts', "import OpenAI from 'openai';"],
    ['adapters/openai/request.ts', "import { toMessages } from '../../agent/messages.ts';"],
    ['dealership/customers.ts', "import type { CallSession } from '../agent/session.ts';"],
    ['lib/clock.ts', "import { readConfig } from '../config.ts';"],
    ['speech/dates.ts', "import { ok } from '../lib/result.ts';"],
    ['http/voice.ts', "const google = await import('googleapis/build/src/apis/calendar/index.js');"],
    ['db/embedded.ts', "new Worker(new URL('../sandbox/sandbox.ts', import.meta.url));"],
    ['app.ts', "import { findFreePort } from '../scripts/terminal/free-port.ts';"],
  ])('does not let %s say: %s', (path, text) => {
    expect(readImports(text).map((one) => judge(path, one))).toEqual([expect.any(String)]);
  });
});
