import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callLogs } from '../../src/db/schema.ts';
import { finishCall, markAnswered, openCall } from '../../src/dealership/call-log.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callForm, encode, type Fields, newCallSid, parametersOf, post, signed } from './from-twilio.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const rowsOf = (callSid: string) =>
  app.app.database.db.select().from(callLogs).where(eq(callLogs.callSid, callSid));
const countRows = () => app.app.database.db.$count(callLogs);

const ROUTES = [
  '/incoming-call',
  '/after-stream',
  '/transfer-status',
  '/fallback',
  '/call-status',
  '/stream-status',
];

describe('a webhook that is not Twilio’s', () => {
  const forms: [string, (url: string) => { fields: Fields; signature: string | null }][] = [
    ['without a signature', () => ({ fields: callForm(newCallSid()), signature: null })],
    ['with an empty signature', () => ({ fields: callForm(newCallSid()), signature: '' })],
    ['with nonsense for a signature', () => ({ fields: callForm(newCallSid()), signature: '\u00ff=%00' })],
    [
      'signed with another token',
      (url) => {
        const fields = callForm(newCallSid());
        return { fields, signature: signed(url, fields, 'another-token') };
      },
    ],
    [
      'with one field altered after it was signed',
      (url) => {
        const fields = callForm(newCallSid());
        return { fields: { ...fields, From: '+12175550999' }, signature: signed(url, fields) };
      },
    ],
    [
      'with one field added after it was signed',
      (url) => {
        const fields = callForm(newCallSid());
        return { fields: { ...fields, Extra: '1' }, signature: signed(url, fields) };
      },
    ],
    [
      'signed for another scheme',
      (url) => {
        const fields = callForm(newCallSid());
        return { fields, signature: signed(url.replace('http:', 'https:'), fields) };
      },
    ],
    [
      'signed for another path',
      (url) => {
        const fields = callForm(newCallSid());
        return { fields, signature: signed(`${url}/more`, fields) };
      },
    ],
    [
      'signed for another host',
      (url) => {
        const fields = callForm(newCallSid());
        return { fields, signature: signed(url.replace('127.0.0.1', 'localhost'), fields) };
      },
    ],
    [
      'of another account, though signed with our token',
      (url) => {
        const fields = callForm(newCallSid(), { AccountSid: `AC${'1'.repeat(32)}` });
        return { fields, signature: signed(url, fields) };
      },
    ],
    [
      'that names no account',
      (url) => {
        const { AccountSid: _, ...fields } = callForm(newCallSid());
        return { fields, signature: signed(url, fields) };
      },
    ],
    ['that is empty', () => ({ fields: {}, signature: null })],
  ];

  it.each(forms)('is refused %s, on every route, in the same words, and leaves no row', async (_, make) => {
    const before = await countRows();
    for (const path of ROUTES) {
      const { fields, signature } = make(app.baseUrl + path);
      const answer = await post(app, path, fields, { signature });
      expect({ path, ...answer }).toEqual({
        path,
        status: 403,
        type: 'application/json; charset=utf-8',
        text: JSON.stringify({
          error: 'not_from_twilio',
          message: 'The request does not carry a valid signature of this account.',
        }),
      });
    }
    expect(await countRows()).toBe(before);
  });

  it('is not believed because of its Host or forwarding headers', async () => {
    const fields = callForm(newCallSid());
    const response = await fetch(`${app.baseUrl}/incoming-call`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-forwarded-host': 'attacker.example',
        'x-forwarded-proto': 'https',
        'x-twilio-signature': signed('https://attacker.example/incoming-call', fields),
      },
      body: encode(fields),
    });
    expect(response.status).toBe(403);
  });
});

describe('a form that cannot be read', () => {
  it.each([true, false])('is refused when a field comes twice (signed: %s)', async (isSigned) => {
    const callSid = newCallSid();
    const fields = callForm(callSid, { CallSid: [callSid, newCallSid()] });
    const answer = await post(app, '/incoming-call', fields, isSigned ? {} : { signature: null });
    expect(answer.status).toBe(400);
    expect(await rowsOf(callSid)).toEqual([]);
  });

  it.each([
    'application/json',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/xml',
    'nonsense',
  ])('is refused with 415 when it is %s', async (contentType) => {
    const fields = callForm(newCallSid());
    const body = contentType === 'application/json' ? JSON.stringify(fields) : encode(fields);
    const answer = await post(app, '/incoming-call', fields, { contentType, body });
    expect(answer.status).toBe(415);
  });

  it('is refused with 413 when it is two megabytes long', async () => {
    const answer = await post(app, '/incoming-call', callForm(newCallSid(), { Pad: 'x'.repeat(2_000_000) }));
    expect(answer.status).toBe(413);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString'])(
    'cannot reach the prototypes through a field named %s',
    async (name) => {
      const fields = callForm(newCallSid());
      const body = `${encode(fields)}&${name}=polluted&${encodeURIComponent(`${name}[polluted]`)}=yes`;
      const answer = await post(app, '/incoming-call', fields, { body });
      expect([400, 403]).toContain(answer.status);
      expect('polluted' in {}).toBe(false);
      expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted');
    },
  );

  it('is a call like any other when a signed field merely has such a name', async () => {
    const fields = callForm(newCallSid(), { constructor: 'x' });
    expect((await post(app, '/incoming-call', fields)).status).toBe(200);
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['too short', 'CA12'],
    ['of another kind', `SM${'0'.repeat(32)}`],
    ['not hexadecimal', `CA${'g'.repeat(32)}`],
    ['followed by more', `CA${'0'.repeat(32)}\n<Dial>`],
  ])('is refused with 400 when its CallSid is %s', async (_, callSid) => {
    const { CallSid: __, ...rest } = callForm('');
    const fields = callSid === undefined ? rest : { ...rest, CallSid: callSid };
    const before = await countRows();
    expect((await post(app, '/incoming-call', fields)).status).toBe(400);
    expect(await countRows()).toBe(before);
  });

  it.each(ROUTES)('is not looked for on GET %s', async (path) => {
    const response = await fetch(app.baseUrl + path);
    expect(response.status).toBe(404);
    await response.body?.cancel();
  });
});

describe('an incoming call', () => {
  it('is connected to our stream, with a token and no query string', async () => {
    const { status, type, text } = await post(app, '/incoming-call', callForm(newCallSid()));
    expect(status).toBe(200);
    expect(type).toMatch(/^text\/xml/);
    const streamUrl = app.baseUrl.replace('http', 'ws');
    expect(text).toContain(`<Stream url="${streamUrl}/media-stream"`);
    expect(parametersOf(text)).toEqual({
      token: expect.stringMatching(/^[\w-]{43}$/),
      generation: '1',
    });
  });

  it('has one row and one answer, byte for byte, however often and however much at once it is asked', async () => {
    const callSid = newCallSid();
    const form = callForm(callSid);
    const together = await Promise.all([1, 2, 3, 4, 5].map(() => post(app, '/incoming-call', form)));
    const later = await post(app, '/incoming-call', form);
    expect(new Set([...together, later].map(({ text }) => text)).size).toBe(1);
    expect(await rowsOf(callSid)).toHaveLength(1);
  });

  it('is hung up on when it is already over, and gets no second token', async () => {
    const callSid = newCallSid();
    await post(app, '/incoming-call', callForm(callSid));
    await post(app, '/call-status', callForm(callSid, { CallStatus: 'completed' }));
    const { status, text } = await post(app, '/incoming-call', callForm(callSid));
    expect(status).toBe(200);
    expect(text).toMatch(/<Response><Hangup\/><\/Response>$/);
  });

  it.each([
    ['', 'withheld'],
    ['anonymous', 'anonymous'],
    ['Restricted', 'Restricted'],
    ['+266696687', '+266696687'],
    ['+7378742833', '+7378742833'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['"/><Dial>+19005550100</Dial>', '"/><Dial>+19005550100</Dial>'],
    ['client:someone', 'client:someone'],
    ['+12175550188; drop table call_logs', '+12175550188; drop table call_logs'],
    ['\0\u0007bell', 'bell'],
    ['x'.repeat(200), 'x'.repeat(40)],
  ])('from %j is answered as one from nobody we know', async (From, kept) => {
    const callSid = newCallSid();
    const { status, text } = await post(app, '/incoming-call', callForm(callSid, { From }));
    expect(status).toBe(200);
    expect(text).toContain('<Stream ');
    expect(text).not.toMatch(/script|Dial/);
    expect(await rowsOf(callSid)).toMatchObject([{ callerPhone: kept, customerId: null }]);
  });

  it('is greeted as a customer when the number is a customer’s', async () => {
    const callSid = newCallSid();
    await post(app, '/incoming-call', callForm(callSid, { From: '+12175550101' }));
    expect(await rowsOf(callSid)).toMatchObject([{ customerId: expect.any(String) }]);
  });
});

describe('what Twilio tells us of a call', () => {
  it.each(['/call-status', '/stream-status'])(
    'is taken with 204 and invents no row when we do not know the call: %s',
    async (path) => {
      const callSid = newCallSid();
      const form = callForm(callSid, {
        CallStatus: 'completed',
        CallDuration: 'NaN',
        StreamEvent: 'stream-stopped',
      });
      const { status, text } = await post(app, path, form);
      expect({ status, text }).toEqual({ status: 204, text: '' });
      expect(await rowsOf(callSid)).toEqual([]);
    },
  );

  it.each(['completed', 'busy', 'failed', 'no-answer', 'canceled'])(
    'closes the row of a call that nobody here holds when it is %s',
    async (CallStatus) => {
      const callSid = newCallSid();
      await post(app, '/incoming-call', callForm(callSid));
      await post(app, '/call-status', callForm(callSid, { CallStatus, CallDuration: '-1' }));
      expect(await rowsOf(callSid)).toMatchObject([
        { endedAt: expect.any(Date), endedReason: 'caller_hangup', outcome: 'abandoned' },
      ]);
    },
  );

  it.each(['ringing', 'in-progress', 'answered', 'nonsense', ''])(
    'leaves the row open when it is %j',
    async (CallStatus) => {
      const callSid = newCallSid();
      await post(app, '/incoming-call', callForm(callSid));
      expect((await post(app, '/call-status', callForm(callSid, { CallStatus }))).status).toBe(204);
      expect(await rowsOf(callSid)).toMatchObject([{ endedAt: null }]);
    },
  );

  it('does not reopen or rewrite a call that has been closed, in whatever order it comes', async () => {
    const callSid = newCallSid();
    const { db } = app.app.database;
    await openCall(db, { callSid, direction: 'inbound', callerPhone: 'withheld', startedAt: new Date() });
    const endedAt = new Date(Date.now() + 60_000);
    await finishCall(db, { callSid, endedAt, endedReason: 'agent_end', outcome: 'appointment_booked' });
    for (const CallStatus of ['completed', 'in-progress', 'ringing']) {
      await post(app, '/call-status', callForm(callSid, { CallStatus }));
    }
    expect(await rowsOf(callSid)).toMatchObject([
      { endedReason: 'agent_end', outcome: 'appointment_booked', endedAt },
    ]);
  });

  it('is logged when the stream failed', async () => {
    const callSid = newCallSid();
    const form = callForm(callSid, { StreamEvent: 'stream-error', StreamError: 'code 31921' });
    expect((await post(app, '/stream-status', form)).status).toBe(204);
    expect(app.logText()).toContain('Twilio reports a stream error');
    expect(app.logText()).toContain(callSid);
    expect(app.logText()).toContain('code 31921');
  });
});

describe('what is said when the stream is over or our webhook failed', () => {
  it('apologises after a stream that was never answered, and hangs up after one that was', async () => {
    const callSid = newCallSid();
    await post(app, '/incoming-call', callForm(callSid));
    expect((await post(app, '/after-stream', callForm(callSid))).text).toMatch(
      /<Say>.*can't take your call.*<Hangup\/>/,
    );
    await markAnswered(app.app.database.db, callSid, new Date());
    expect((await post(app, '/after-stream', callForm(callSid))).text).not.toContain('<Say>');
  });

  it('is nothing more after the stream', async () => {
    const { text } = await post(app, '/after-stream', callForm(newCallSid()));
    expect(text).toMatch(/<Response><Hangup\/><\/Response>$/);
  });

  it('is an apology in the dealership’s name when Twilio falls back, and the log says so', async () => {
    const callSid = newCallSid();
    const { status, text } = await post(app, '/fallback', callForm(callSid, { ErrorCode: '11205' }));
    expect(status).toBe(200);
    expect(text).toMatch(/<Response><Say>Thanks for calling .*<\/Say><Hangup\/><\/Response>$/);
    expect(app.logText()).toContain('11205');
    expect(await rowsOf(callSid)).toEqual([]);
  });
});
