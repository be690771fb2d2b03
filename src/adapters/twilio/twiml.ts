/** What Twilio is told to do with a call, as TwiML documents. */
import twilio from 'twilio';

/** Characters that XML 1.0 cannot carry even escaped, and line breaks: one in a caller's name would void the document. */
const UNPRINTABLE = /[\p{Cc}\p{Surrogate}\uFFFE\uFFFF]/gu;

const printable = (text: string) => text.replace(UNPRINTABLE, '');

export interface StreamConnection {
  /** wss:// without a query string, which Twilio refuses (error 31920); values travel in `parameters`. */
  streamUrl: string;
  /** Asked for the next TwiML when our side closes the stream. */
  actionUrl: string;
  /** Told when the stream starts, stops or fails. */
  statusUrl: string;
  /** Arrive as `customParameters` in the start message; keep name and value together under 500 characters. */
  parameters: Readonly<Record<string, string>>;
  /** Spoken by Twilio before the stream opens. */
  say?: string;
}

export function connectStream({
  streamUrl,
  actionUrl,
  statusUrl,
  parameters,
  say,
}: StreamConnection): string {
  const response = new twilio.twiml.VoiceResponse();
  if (say) response.say(printable(say));
  const stream = response
    .connect({ action: actionUrl })
    .stream({ url: streamUrl, statusCallback: statusUrl });
  for (const [name, value] of Object.entries(parameters)) {
    stream.parameter({ name: printable(name), value: printable(value) });
  }
  return response.toString();
}

export function hangUp(): string {
  const response = new twilio.twiml.VoiceResponse();
  response.hangup();
  return response.toString();
}

export function sayAndHangUp(text: string): string {
  const response = new twilio.twiml.VoiceResponse();
  response.say(printable(text));
  response.hangup();
  return response.toString();
}

export interface Transfer {
  number: string;
  /** A number of ours: what the person called sees. */
  callerId: string;
  /** Asked for the next TwiML when the dialled side is done or never answered. */
  actionUrl: string;
  /** How long it may ring; sent in whole seconds. */
  ringMs: number;
  /** Spoken before dialling. */
  say?: string;
}

export function dial({ number, callerId, actionUrl, ringMs, say }: Transfer): string {
  const response = new twilio.twiml.VoiceResponse();
  if (say) response.say(printable(say));
  response.dial({ callerId, action: actionUrl, timeout: Math.ceil(ringMs / 1000) }, printable(number));
  return response.toString();
}
