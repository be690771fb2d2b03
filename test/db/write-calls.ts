/** A child process: opens the embedded database in a folder and logs calls without end, reporting each commit. */
import { connectDatabase } from '../../src/db/connect.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { callLogs } from '../../src/db/schema.ts';

const [, , dataDir = '', round = ''] = process.argv;

process.on('disconnect', () => process.exit());
const database = await connectDatabase({ dataDir });
await migrateDatabase(database);
for (let call = 1; ; call += 1) {
  const callSid = `CA-${round}-${call}`;
  await database.db.insert(callLogs).values({ callSid, direction: 'inbound', callerPhone: '+12175550101' });
  process.send?.(callSid);
}
