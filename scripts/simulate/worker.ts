/** A process with one database that plays scenarios one after the other, as its parent sends them. */
import { z } from 'zod';
import { connectDatabase } from '../../src/db/connect.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { playScenario } from './play.ts';
import { readScenario } from './scenario.ts';

const orderSchema = z.object({
  line: z.string(),
  live: z
    .object({
      apiKey: z.string(),
      baseUrl: z.string().optional(),
      model: z.string(),
    })
    .transform(({ baseUrl, ...rest }) => ({ ...rest, baseUrl }))
    .optional(),
});

const speed = Number(process.argv[2]);
const database = await connectDatabase({ inMemory: {} });
await migrateDatabase(database);

process.on('message', (message: unknown) => {
  const { line, live } = orderSchema.parse(message);
  void playScenario(readScenario(line, 'the parent'), { database, speed, live }).then((verdict) =>
    process.send?.(verdict),
  );
});
process.on('disconnect', () => void database.close().finally(() => process.exit(0)));
process.send?.('ready');
