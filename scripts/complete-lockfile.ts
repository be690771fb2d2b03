/**
 * `npm run lock:complete`, after every `npm install`: adds the lock entries of optional platform packages that the
 * registry at hand did not offer. npm leaves those out of the lock, and `npm ci` then refuses it as incomplete.
 * The entries carry no integrity; npm fills it in where the package can be had.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const FILE = new URL('../package-lock.json', import.meta.url);
const SYSTEMS = new Set('aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' '));

const entrySchema = z.looseObject({
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const lockSchema = z.looseObject({ packages: z.record(z.string(), entrySchema) });

const lock = lockSchema.parse(JSON.parse(readFileSync(FILE, 'utf8')));
const added: string[] = [];
for (const [where, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
  // The root's own optional packages are chosen by hand and must be there.
  if (where === '') continue;
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const isKnown = [`node_modules/${name}`, `${where}/node_modules/${name}`].some(
      (key) => key in lock.packages,
    );
    const platform = isKnown ? undefined : platformOf(name);
    if (!platform) continue;
    lock.packages[`node_modules/${name}`] = { version, ...(dev ? { dev } : {}), ...platform, optional: true };
    added.push(`${name}@${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(
  added.length > 0 ? `Added ${added.length}:\n  ${added.join('\n  ')}\n` : 'The lock was complete.\n',
);

/** By the name, as @biomejs/cli-linux-x64-musl: system, processor, C library. */
function platformOf(name: string) {
  const words = name.split(/[/-]/);
  const at = words.findIndex((word) => SYSTEMS.has(word));
  const [os, cpu] = words.slice(at, at + 2);
  if (at < 0 || !os || !cpu) return undefined;
  const libc = /musl/.test(name) ? ['musl'] : /gnu/.test(name) ? ['glibc'] : undefined;
  return { os: [os], cpu: [cpu], ...(libc ? { libc } : {}) };
}
