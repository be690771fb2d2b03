/** A process with one database that plays scenarios one after the other, as its parent sends them. */
import { connectDatabase } from '../../src/db/connect.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { playScenario } from './play.ts';
import { readScenario } from './scenario.ts';

const speed = Number(process.argv[2]);
const database = await connectDatabase({ inMemory: {} });
await migrateDatabase(database);

process.on('message', (line: unknown) => {
  if (typeof line !== 'string') return;
  void playScenario(readScenario(line, 'the parent'), { database, speed }).then((verdict) =>
    process.send?.(verdict),
  );
});
process.on('disconnect', () => void database.close().finally(() => process.exit(0)));
process.send?.('ready');
