/** A child process: on each message it tries to take the data folder named in its first argument, and reports. */
import { DataFolderInUseError, lockDataFolder } from '../../src/db/data-folder-lock.ts';

const folder = process.argv[2] ?? '';

async function tryToHold() {
  try {
    await lockDataFolder(folder);
    process.send?.({ held: true });
  } catch (error) {
    if (!(error instanceof DataFolderInUseError)) throw error;
    process.send?.({ held: false, pid: error.pid, message: error.message });
  }
}

process.on('message', () => void tryToHold());
process.on('disconnect', () => process.exit());
process.send?.('ready');
