/** Starts the stand-ins that are needed, each on a free loopback port. */
import type { Clock } from '../lib/clock.ts';
import { type DeepgramSandbox, startDeepgramSandbox } from './deepgram/server.ts';
import { type GoogleSandbox, startGoogleSandbox } from './google/server.ts';
import type { Brain } from './openai/chat.ts';
import { type OpenAiSandbox, startOpenAiSandbox } from './openai/server.ts';
import { answer } from './receptionist/receptionist.ts';
import { startTwilioSandbox, type TwilioSandbox } from './twilio/server.ts';

/** The vendors as configured; one that is live, or has a base URL of its own, gets no stand-in. */
export interface SandboxVendors {
  twilio: {
    kind: 'live' | 'sandbox';
    accountSid: string;
    authToken: string;
    phoneNumber: string;
    baseUrl: string | undefined;
  };
  deepgram: { kind: 'live' | 'sandbox'; apiKey: string; baseUrl: string | undefined };
  openai: { kind: 'live' | 'sandbox'; apiKey: string; baseUrl: string | undefined };
  google: {
    kind: 'live' | 'sandbox';
    clientId: string;
    clientSecret: string;
    refreshToken: string;
    calendarId: string;
    baseUrl: string | undefined;
  };
}

export interface Sandbox {
  twilio: TwilioSandbox | undefined;
  deepgram: DeepgramSandbox | undefined;
  openai: OpenAiSandbox | undefined;
  google: GoogleSandbox | undefined;
  close(): Promise<void>;
}

export async function startSandbox({
  clock,
  config,
  brain = answer,
}: {
  clock: Clock;
  config: SandboxVendors;
  /** Plays the model; default the rule-based receptionist. */
  brain?: Brain;
}): Promise<Sandbox> {
  const started: { close(): Promise<void> }[] = [];
  const close = async () => {
    await Promise.allSettled(started.map((server) => server.close()));
  };
  const keep = <T extends { close(): Promise<void> }>(server: T): T => {
    started.push(server);
    return server;
  };
  const isNeeded = (vendor: { kind: string; baseUrl: string | undefined }) =>
    vendor.kind === 'sandbox' && vendor.baseUrl === undefined;
  try {
    const { twilio, deepgram, openai, google } = config;
    return {
      twilio: isNeeded(twilio)
        ? keep(await startTwilioSandbox({ clock, ...twilio, phoneNumbers: [twilio.phoneNumber] }))
        : undefined,
      deepgram: isNeeded(deepgram)
        ? keep(await startDeepgramSandbox({ clock, apiKey: deepgram.apiKey }))
        : undefined,
      openai: isNeeded(openai)
        ? keep(
            await startOpenAiSandbox({
              clock,
              apiKey: openai.apiKey,
              brain,
              answersAs: brain === answer ? 'rule-based-receptionist' : 'scripted',
            }),
          )
        : undefined,
      google: isNeeded(google) ? keep(await startGoogleSandbox({ clock, ...google })) : undefined,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
