/** Holds the documents to the repository: what they name exists, where they link something is, and versions agree. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import packageFile from '../package.json' with { type: 'json' };
import { environmentSchema } from '../src/config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const listFiles = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .toSorted();

const documents = ['README.md', 'CHANGELOG.md', ...listFiles('docs', '.md')];
const decisions = documents.filter((path) => /^docs\/decisions\/(?!README)/.test(path));

/** Variables that others read: npm and terminals, and the tests of this repository. */
const OTHER_VARIABLES = ['NO_COLOR', 'TEST_DATABASE_URL', 'TEST_REDIS_URL'];

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);

/** Headings as GitHub turns them into anchors. */
const anchorsOf = (text: string) =>
  all(text, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

function linksOf(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  const targets = [...all(prose, /\]\(([^)\s]+)\)/g), ...all(prose, /\b(?:src|srcset|href)="([^"]+)"/g)];
  return targets.filter((target) => !/^[a-z]+:/i.test(target));
}

/** Why a relative link leads nowhere; undefined when it leads somewhere. */
function findBreak(document: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? document : normalize(join(dirname(document), path));
  if (target.startsWith('..') || !existsSync(join(root, target))) return `${document}: ${link}`;
  if (anchor === undefined || !target.endsWith('.md')) return undefined;
  return anchorsOf(read(target)).includes(anchor) ? undefined : `${document}: ${link}`;
}

/** `GET /health`, as registered below src/http; the path is a literal, or a constant of the same file. */
const routes = listFiles('src/http', '.ts').flatMap((path) => {
  const text = read(path);
  const constants = new Map(
    [...text.matchAll(/^const (\w+) = '([^']+)'/gm)].map(([, name, value]) => [name, value]),
  );
  const registered = text.matchAll(/\bapp\.(get|post|put|patch|delete)\(\s*(?:'([^']+)'|(\w+))/g);
  return [...registered].map(
    ([, method = '', route, name]) => `${method.toUpperCase()} ${route ?? constants.get(name)}`,
  );
});

describe.each(documents)('%s', (document) => {
  it('names only commands that package.json has', () => {
    const named = all(read(document), /\bnpm (?:run )?((?<=run )[\w:-]+|start|test)\b/g);
    const known = Object.keys(packageFile.scripts);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('links only to what is there', () => {
    const links = linksOf(read(document));
    expect(links.map((link) => findBreak(document, link)).filter(Boolean)).toEqual([]);
  });

  it('lists only routes that the server answers', () => {
    expect(routes).toEqual(expect.arrayContaining(['POST /incoming-call', 'GET /media-stream']));
    expect(routes.filter((route) => route.endsWith(' undefined'))).toEqual([]);
    const listed = all(read(document), /\b((?:GET|POST|PUT|PATCH|DELETE) \/[\w/-]*)/g);
    expect(listed.filter((route) => !routes.includes(route))).toEqual([]);
  });

  it('names only variables that are read', () => {
    const prefixes = [...new Set(Object.keys(environmentSchema.shape).map((name) => name.split('_')[0]))];
    const named = all(read(document), /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g);
    const ours = named.filter((name) => prefixes.includes(name.split('_')[0]));
    const known = [...Object.keys(environmentSchema.shape), ...OTHER_VARIABLES];
    expect(ours.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('the decisions', () => {
  it('are all in their list, and the list names no other', () => {
    const list = read('docs/decisions/README.md');
    expect(all(list, /\]\(([\w-]+\.md)\)/g).map((name) => join('docs/decisions', name))).toEqual(decisions);
  });

  it.each(decisions)(
    '%s is one short page: context, decision, consequences, what would change our mind',
    (path) => {
      const text = read(path);
      expect(all(text, /^## (.+)$/gm)).toEqual([
        'Context',
        'Decision',
        'Consequences',
        'What would change our mind',
      ]);
      expect(text.split('\n').length).toBeLessThanOrEqual(36);
    },
  );

  it.each(decisions)('%s names only files that exist', (path) => {
    const named = all(read(path), /`((?:src|test|scripts|drizzle)\/[\w./-]+)`/g);
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

describe('the pinned Node', () => {
  const version = read('.nvmrc').trim();

  it('is one version in .nvmrc, in the optional packages and in the image', () => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const packages = Object.entries(packageFile.optionalDependencies).filter(([name]) => /^node-/.test(name));
    expect(packages.length).toBeGreaterThan(0);
    expect(packages.filter(([, pinned]) => pinned !== version)).toEqual([]);
    expect(all(read('Dockerfile'), /^ARG NODE_VERSION=(.+)$/gm)).toEqual([version]);
    expect(packageFile.engines.node).toBe(`>=${version.split('.')[0]}`);
  });
});

describe('the image', () => {
  it('copies files that exist and that .dockerignore lets through', () => {
    const copied = all(read('Dockerfile'), /^COPY (?!--from)(.+) \S+$/gm).flatMap((list) => list.split(' '));
    expect(copied).toContain('src');
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const allowed = all(read('.dockerignore'), /^!(.+)$/gm);
    expect(copied.filter((path) => !allowed.includes(path))).toEqual([]);
  });
});
