import { expect, it } from 'vitest';
import { hearAnswer, startTestApp } from '../support/app.ts';
import { describeWithRedis, testRedisUrl } from '../support/real-services.ts';
import { openRedisProxy } from '../support/redis-proxy.ts';

describeWithRedis('A call on real Redis', () => {
  it.each([
    ['goes away in the middle', 'stop'],
    ['stands still in the middle', 'hold'],
  ] as const)('books all the same when Redis %s', async (_name, fault) => {
    const proxy = await openRedisProxy(testRedisUrl ?? '');
    const test = await startTestApp({ speed: 4, environment: { REDIS_URL: proxy.url } });
    try {
      const call = await test.dial('+12175550101');
      await hearAnswer(call);
      await proxy[fault]();
      await call.say('I need an oil change next Wednesday at two.');
      expect(await hearAnswer(call)).toMatch(/oil change.*book it/);
      await call.say('Yes please.');
      expect(await hearAnswer(call)).toMatch(/booked for Wednesday/);
      call.hangUp();
      await call.ended;
      await test.app.registry.settled(call.callSid);
    } finally {
      proxy.release();
      await test.close();
      await proxy.close();
    }
  });
});
