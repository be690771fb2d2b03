/** Runs a script as its npm command would, with nothing of this process's environment but the path. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ending {
  /** The exit code; -1 when it had to be ended. */
  code: number;
  stdout: string;
  stderr: string;
}

/** A boot of the embedded database on a busy machine. */
export const PATIENCE_MS = 90_000;

export function runScript(name: string, environment: Record<string, string> = {}): Promise<Ending> {
  const script = fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url));
  const env = { PATH: process.env['PATH'], NO_COLOR: '1', ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env, timeout: PATIENCE_MS }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
      resolve({ code, stdout, stderr });
    });
  });
}
