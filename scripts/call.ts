/** `npm run call`: talk to the agent from the terminal by typing; words as arguments are said one after the other. */
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { type App, buildApp } from '../src/app.ts';
import { defaultTurnOptions } from '../src/call/turns.ts';
import { type Config, ConfigError, readConfig } from '../src/config.ts';
import { DataFolderInUseError } from '../src/db/data-folder-lock.ts';
import { createClock } from '../src/lib/clock.ts';
import type { PhoneCall } from '../src/sandbox/twilio/phone.ts';
import { startTwilioSandbox, type TwilioSandbox } from '../src/sandbox/twilio/server.ts';
import { createCallScreen } from './terminal/call-screen.ts';
import { findFreePort } from './terminal/free-port.ts';

const HELP = `
npm run call                       talk by typing; an empty line is silence, "bye" or Ctrl-D hangs up
npm run call -- --as +12175550101  call from this number (a customer of the demo world is known by it)
npm run call -- "I need an oil change" "Tuesday at nine"    say these lines, one a turn

  --as NUMBER   the number to call from, or anonymous (default +12175550199, a new customer)
  /press 5      while talking: presses that key
`;
/** Longest wait for the agent's next words, on the clock of the call. */
const TURN_MS = 120_000;
/** How long the agent waits for somebody who types before it asks whether they are still there. */
const TYPING_MS = 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    as: { type: 'string', default: '+12175550199' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const write = (text: string) => void process.stdout.write(text);
/** Takes what is being typed off the screen, while there is something. */
let clearPrompt = () => {};
const screen = createCallScreen(write, Math.min(100, process.stdout.columns ?? 100));

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(
    `\n${error instanceof ConfigError ? error.message : `The call failed: ${error instanceof Error ? error.message : String(error)}`}\n\n`,
  );
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const line = await openLine();
  try {
    const call = await line.twilio.placeCall({
      from: values.as,
      to: line.config.twilio.phoneNumber,
      voiceUrl: `${line.config.server.publicBaseUrl}/incoming-call`,
      statusUrl: `${line.config.server.publicBaseUrl}/call-status`,
    });
    screen.note(`Calling ${line.config.twilio.phoneNumber} as ${values.as}.\n`);
    call.onHeard((word) => {
      clearPrompt();
      screen.agentWord(word.text);
    });
    await (positionals.length > 0 ? sayLines(call, positionals) : talk(call));
    const end = await call.ended;
    screen.note(`\nThe call is over: the ${end.by} hung up.`);
    return 0;
  } finally {
    await line.close();
  }
}

interface Line {
  config: Config;
  twilio: TwilioSandbox;
  close(): Promise<void>;
}

/** A server of our own, or, when one already has the data folder, that one. */
async function openLine(): Promise<Line> {
  const ownPort = await findFreePort();
  const own = readConfig({
    LOG_LEVEL: 'error',
    ...process.env,
    HOST: '127.0.0.1',
    PORT: String(ownPort),
    PUBLIC_BASE_URL: `http://127.0.0.1:${ownPort}`,
  });
  try {
    const app: App = await buildApp(own, {
      onEvent(_callSid, event) {
        clearPrompt();
        screen.event(event);
      },
      // Typing takes longer than speaking.
      ...(positionals.length === 0
        ? { turnOptions: { ...defaultTurnOptions, callerSilenceMs: TYPING_MS } }
        : {}),
    });
    await app.listen();
    const { twilio } = app.sandbox;
    if (!twilio) {
      await app.close(0);
      throw new Error('the telephone is live: call the number itself, or unset the TWILIO_ variables.');
    }
    return { config: own, twilio, close: () => app.close(5_000) };
  } catch (error) {
    if (!(error instanceof DataFolderInUseError)) throw error;
    const running = readConfig(process.env);
    screen.note(`Using the server that is running at ${running.server.publicBaseUrl}.`);
    const { accountSid, authToken, phoneNumber } = running.twilio;
    const twilio = await startTwilioSandbox({
      clock: createClock(),
      accountSid,
      authToken,
      phoneNumbers: [phoneNumber],
    });
    return { config: running, twilio, close: () => twilio.close() };
  }
}

/** The agent's next words, or undefined when the call is over or it says nothing. */
async function listen(call: PhoneCall): Promise<string | undefined> {
  try {
    return await call.nextAgentTurn({ deadlineMs: TURN_MS });
  } catch {
    return undefined;
  }
}

async function sayLines(call: PhoneCall, lines: readonly string[]): Promise<void> {
  for (const text of lines) {
    if ((await listen(call)) === undefined) return;
    screen.callerSays(text);
    await call.say(text);
  }
  await listen(call);
  call.hangUp();
}

async function talk(call: PhoneCall): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: 'You        ' });
  let isPrompting = false;
  const prompt = () => {
    isPrompting = true;
    terminal.prompt(true);
  };
  // The agent may speak while something is being typed: it is moved out of the way and comes back.
  clearPrompt = () => {
    if (isPrompting) write('\r\x1b[K');
    isPrompting = false;
  };
  void call.ended.then(() => {
    clearPrompt();
    terminal.close();
  });
  terminal.on('close', () => call.hangUp());
  void (async () => {
    while ((await listen(call)) !== undefined) {
      screen.endLine();
      prompt();
    }
  })();
  for await (const typed of terminal) {
    isPrompting = false;
    const text = typed.trim();
    const key = /^\/press ([0-9*#])$/.exec(text)?.[1];
    if (key) call.press(key);
    else if (/^(bye|hang up)$/i.test(text)) break;
    else if (text) await call.say(text);
    else prompt();
  }
  terminal.close();
}
