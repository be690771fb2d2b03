/** Makes the stand-in vendors fail as a scenario says, at the turn it says. */
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { PhoneCall } from '../../src/sandbox/twilio/phone.ts';
import type { ScenarioFault } from './scenario.ts';

/** Audio after which a voice connection breaks: in the middle of a sentence. Bytes. */
const MID_SENTENCE = 8_000;
/** As many as there can be in one call. */
const ALWAYS = 99;

/** Called before each of the caller's turns, counted from 0. */
export function setVendorFaults(
  faults: readonly ScenarioFault[],
  turn: number,
  { openai, deepgram, twilio }: Sandbox,
  call: PhoneCall,
): void {
  for (const fault of faults) {
    if (!('vendor' in fault) || fault.turn !== turn) continue;
    const { times } = fault;
    if (fault.vendor === 'openai') openai?.faults.next(fault.kind, { times });
    else if (fault.vendor === 'deepgram' && deepgram) {
      const set = deepgram.faults;
      if (fault.kind === 'close-listen') set.closeListenAfterMs = 400;
      else if (fault.kind === 'refuse-listen') set.refuse = { endpoint: 'listen', status: 500, times };
      else if (fault.kind === 'mute') set.isMute = true;
      else if (fault.kind === 'refuse-speak') set.refuse = { endpoint: 'speak', status: 500, times };
      else if (fault.kind === 'stall-speak') set.stallSpeakAfterBytes = MID_SENTENCE;
      else if (fault.kind === 'close-speak') set.closeSpeakAfterBytes = MID_SENTENCE;
      else set.isTalkingNonsense = true;
    } else if (fault.vendor === 'twilio' && twilio) {
      if (fault.kind === 'duplicate-media') call.faults.duplicateMedia = true;
      else if (fault.kind === 'duplicate-webhooks') call.faults.duplicateWebhooks = true;
      else if (fault.kind === 'ignore-marks') call.faults.ignoreMarks = true;
      else if (fault.kind === 'drop-socket') call.dropSocket();
      else if (fault.kind === 'refuse-rest') {
        twilio.faults.lostAnswers = Math.min(times, ALWAYS);
      } else for (const number of TRANSFER_NUMBERS) twilio.setCallee(number, { outcome: fault.kind });
    }
  }
}

/** The numbers that the sandbox dealership's calls are transferred to. */
const TRANSFER_NUMBERS = ['+12175550120', '+12175550121', '+12175550122', '+12175550123'];
