/** The page at `/`: what runs, live or sandbox, and how to call. */
import type { FastifyInstance } from 'fastify';

export interface HomeFacts {
  dealership: string;
  phoneNumber: string;
  isSandbox: boolean;
  rows: readonly { name: string; kind: string; detail: string }[];
}

/** The page is text and its own style: nothing else may load, nobody may frame it. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

export function registerHome(app: FastifyInstance, facts: () => HomeFacts): void {
  app.get('/', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').headers(SECURITY_HEADERS).send(renderHome(facts())),
  );
}

function renderHome({ dealership, phoneNumber, isSandbox, rows }: HomeFacts): string {
  const how = isSandbox
    ? `<p>The telephone is the sandbox: nobody outside this machine can call. In a second terminal:</p>
<pre>npm run call</pre>
<p>talks to the agent by typing, and <code>npm run demo</code> plays a whole call and shows what it wrote.</p>`
    : `<p>Call <strong>${escapeHtml(phoneNumber)}</strong>.</p>`;
  const table = rows
    .map(
      ({ name, kind, detail }) =>
        `<tr><th scope="row">${escapeHtml(name)}</th><td><span class="kind ${escapeHtml(kind)}">${escapeHtml(kind)}</span></td><td>${escapeHtml(detail)}</td></tr>`,
    )
    .join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(dealership)} service line</title>
<style>
  :root { color-scheme: light dark; --line: #8884; --quiet: #777; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1.25rem; }
  h1 { font-size: 1.6rem; margin: 0; }
  h1 + p { color: var(--quiet); margin: .25rem 0 2rem; }
  table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
  th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); font-weight: normal; vertical-align: top; }
  td:last-child { color: var(--quiet); }
  .kind { border-radius: 1rem; padding: .1rem .6rem; font-size: .85rem; background: #8882; }
  .live, .server, .redis { background: #2a92; }
  .sandbox { background: #e902; }
  pre { background: #8881; padding: .75rem 1rem; border-radius: .4rem; overflow-x: auto; }
  h2 { font-size: 1.1rem; margin: 2rem 0 0; }
</style>
<main>
<h1>${escapeHtml(dealership)}</h1>
<p>The service department's phone agent is running.</p>
<h2>How to call</h2>
${how}
<h2>What runs</h2>
<table>
${table}
</table>
<p><a href="/health">Health</a></p>
</main>
</html>
`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
