/** `npm run google:token` as a process, with a browser that says yes, against the stand-in for Google. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../../src/lib/clock.ts';
import { type GoogleSandbox, startGoogleSandbox } from '../../src/sandbox/google/server.ts';
import { PATIENCE_MS, runScript } from './run-script.ts';

const clientId = 'client-1.apps.example.com';
const clientSecret = 'GOCSPX-hunter2';
const refreshToken = '1//a-refresh-token';

let google: GoogleSandbox;
beforeAll(async () => {
  google = await startGoogleSandbox({ clock: createClock(), clientId, clientSecret, refreshToken });
});
afterAll(() => google.close());

/** Starts the command; `url` is the page that it asks to open, `ended` everything once it is over. */
async function start(changes: Record<string, string> = {}) {
  const script = fileURLToPath(new URL('../../scripts/google-token.ts', import.meta.url));
  const child = spawn(process.execPath, [script], {
    env: {
      PATH: process.env['PATH'],
      NO_COLOR: '1',
      GOOGLE_CLIENT_ID: clientId,
      GOOGLE_CLIENT_SECRET: clientSecret,
      GOOGLE_BASE_URL: google.baseUrl,
      ...changes,
    },
  });
  const { promise: asked, resolve } = Promise.withResolvers<URL>();
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    const page = /^http\S+\n/m.exec(stdout)?.[0];
    if (page) resolve(new URL(page.trim()));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((done) => {
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
  return { url: await asked, ended };
}

describe('npm run google:token', { timeout: PATIENCE_MS }, () => {
  it('asks for no more than it needs, waits for its own answer only, and prints the line for .env', async () => {
    const { url, ended } = await start();
    const asked = url.searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      access_type: 'offline',
      prompt: 'consent',
      response_type: 'code',
      code_challenge_method: 'S256',
      scope:
        'https://www.googleapis.com/auth/calendar.events https://www.googleapis.com/auth/calendar.freebusy',
    });
    const back = asked.get('redirect_uri') ?? '';
    expect(back).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${back}/?code=stolen&state=guessed`)).status).toBe(400);
    expect((await fetch(`${back}/?code=stolen`)).status).toBe(400);

    expect(await (await fetch(url)).text()).toContain('You can close this page');
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`GOOGLE_REFRESH_TOKEN=${refreshToken}`);
    expect(stdout).not.toContain(clientSecret);
  });

  it('says so when the owner says no', async () => {
    const { url, ended } = await start();
    const back = new URL(url.searchParams.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({
      error: 'access_denied',
      state: url.searchParams.get('state') ?? '',
    }).toString();
    await fetch(back);
    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining('not allowed') });
  });

  it('shows neither code nor secret when Google refuses the exchange', async () => {
    const { url, ended } = await start({ GOOGLE_CLIENT_SECRET: 'wrong-hunter3' });
    await fetch(url);
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toContain('invalid_client');
    for (const secret of ['hunter3', 'code-', refreshToken]) expect(stdout + stderr).not.toContain(secret);
  });

  it('says what to set first', async () => {
    const { code, stdout, stderr } = await runScript('google-token.ts');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET must be set[\s\S]*Desktop app/);
  });
});
