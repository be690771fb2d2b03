import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hearAnswer, startTestApp } from '../support/app.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('Without keys', () => {
  it('a whole call contacts nothing but this machine, and asks for no name', async () => {
    const destinations = new Set<string>();
    const watch = (message: unknown) => {
      if (typeof message !== 'object' || message === null || !('socket' in message)) return;
      const { socket } = message;
      if (!(socket instanceof Socket)) return;
      socket.on('connectionAttempt', (address: string) => destinations.add(address));
      socket.on('connect', () => destinations.add(socket.remoteAddress ?? 'unix socket'));
    };
    const lookups = vi.spyOn(dns, 'lookup');
    subscribe('net.client.socket', watch);
    const test = await startTestApp();
    try {
      const call = await test.dial('+12175550101');
      await hearAnswer(call);
      await call.say('What are your hours on Saturday?');
      await hearAnswer(call);
      call.hangUp();
      await call.ended;
    } finally {
      await test.close();
      unsubscribe('net.client.socket', watch);
    }
    expect(destinations.size).toBeGreaterThan(0);
    const elsewhere = [...destinations].filter(
      (address) => !/^(127\.|::1$|::ffff:127\.|unix socket$|\/)/.test(address),
    );
    expect(elsewhere).toEqual([]);
    const names = lookups.mock.calls
      .map(([name]) => name)
      .filter((name) => !/^(127\.0\.0\.1|localhost)$/.test(name));
    expect(names).toEqual([]);
  });
});
