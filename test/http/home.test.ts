import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { type HomeFacts, registerHome } from '../../src/http/home.ts';

const facts: HomeFacts = {
  dealership: 'Test Motors',
  phoneNumber: '+12175550100',
  isSandbox: true,
  rows: [
    { name: 'Telephone', kind: 'sandbox', detail: 'Twilio' },
    { name: 'Words', kind: 'live', detail: 'OpenAI' },
  ],
};

async function page(changes: Partial<HomeFacts> = {}) {
  const app = Fastify();
  registerHome(app, () => ({ ...facts, ...changes }));
  const response = await app.inject('/');
  await app.close();
  return response;
}

describe('the page at /', () => {
  it('says for each part whether it is live or the sandbox', async () => {
    const { body, headers } = await page();
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body).toMatch(/Telephone<\/th><td><span class="kind sandbox">sandbox</);
    expect(body).toMatch(/Words<\/th><td><span class="kind live">live</);
  });

  it('tells how to call: from this machine in the sandbox, else by the number', async () => {
    expect((await page()).body).toContain('npm run call');
    expect((await page()).body).not.toContain('Call <strong>');
    const live = (await page({ isSandbox: false })).body;
    expect(live).toContain('Call <strong>+12175550100</strong>');
    expect(live).not.toContain('npm run call');
  });

  it.each([
    ['the dealership’s name', (text: string) => ({ dealership: text })],
    ['the number', (text: string) => ({ phoneNumber: text, isSandbox: false })],
    ['a row', (text: string) => ({ rows: [{ name: text, kind: text, detail: text }] })],
  ])('shows %s as text, whatever it is', async (_, make) => {
    const { body } = await page(make(`Otto's <script>alert("x")</script> & "Sons" onload='y'`));
    expect(body).not.toContain('<script>');
    expect(body).not.toContain(`"Sons"`);
    expect(body).toContain(
      'Otto&#39;s &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &quot;Sons&quot;',
    );
  });

  it('lets nothing load, nothing run and nobody frame it', async () => {
    const { headers, body } = await page();
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src|\*|https?:/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(body).not.toMatch(/<script|\son\w+=|src=/);
  });
});
