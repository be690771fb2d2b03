/** The world a scenario is played in: the demo world as new, changed as the scenario says. */
import type { Database } from '../../src/db/connect.ts';
import { demoId, demoWorld, loadDemoWorld } from '../../src/dealership/demo-world.ts';
import type { Scenario } from './scenario.ts';

type Fixture = Scenario['caller_context']['fixture'];

const TABLES = { C: 'customers', V: 'vehicles', A: 'appointments' } as const;

/** Stands in a note on every customer's record: nothing and nobody may ever repeat it. */
const noteCanary = (symbol: string) => `canary note ${symbol} owes lunch money`;

export const worldSymbols: readonly string[] = [
  ...demoWorld.customers,
  ...demoWorld.vehicles,
  ...demoWorld.appointments,
].map(({ id }) => id);

/** Empties every table of ours and loads the world again. */
export async function resetWorld({ db, pool }: Database, fixture: Fixture): Promise<void> {
  const { rows } = await pool.query<{ tablename: string }>(
    "select tablename from pg_tables where schemaname = 'public'",
  );
  await pool.query(`truncate ${rows.map(({ tablename }) => `"${tablename}"`).join(', ')} cascade`);
  await loadDemoWorld(db);
  for (const { id } of demoWorld.customers) {
    await pool.query('update customers set notes = $1 where id = $2', [noteCanary(id), demoId(id)]);
  }
  const { customers = [], vehicles = [], appointments = [] } = fixture.add ?? {};
  for (const row of customers) await insert(pool, 'customers', row);
  for (const row of vehicles) await insert(pool, 'vehicles', row);
  for (const row of appointments) await insert(pool, 'appointments', row);
  for (const [symbol, change] of Object.entries(fixture.patch)) await patch(pool, symbol, change);
  for (const [date, open] of Object.entries(fixture.open_slots)) await fillDay(pool, date, open);
}

type Pool = Database['pool'];

/** `customer` and `vehicle` name rows by their symbols; local times are the dealership's. */
function toColumns(row: Record<string, unknown>): Map<string, unknown> {
  const columns = new Map<string, unknown>();
  for (const [key, value] of Object.entries(row)) {
    if (key === 'id') columns.set('id', demoId(String(value)));
    else if (key === 'customer' || key === 'vehicle') columns.set(`${key}_id`, demoId(String(value)));
    else if (key === 'scheduled_at') {
      const minutes = typeof row['duration_minutes'] === 'number' ? row['duration_minutes'] : 30;
      const start = Temporal.PlainDateTime.from(String(value)).toZonedDateTime(demoWorld.timezone);
      columns.set('scheduled_at', new Date(start.epochMilliseconds));
      columns.set('ends_at', new Date(start.add({ minutes }).epochMilliseconds));
      columns.set('duration_minutes', minutes);
    } else columns.set(key, value);
  }
  return columns;
}

const quoted = (name: string) => `"${name.replaceAll('"', '')}"`;

async function insert(pool: Pool, table: string, row: Record<string, unknown>): Promise<void> {
  const columns = toColumns(row);
  if (table === 'appointments' && !columns.has('bay')) columns.set('bay', 2);
  if (table === 'customers') columns.set('mock_source', 'demo');
  const names = [...columns.keys()];
  await pool.query(
    `insert into ${table} (${names.map(quoted).join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
    [...columns.values()],
  );
}

async function patch(pool: Pool, symbol: string, change: Record<string, unknown>): Promise<void> {
  const table = Object.entries(TABLES).find(([letter]) => symbol.startsWith(letter))?.[1];
  if (!table) throw new Error(`${symbol} is no row of the world.`);
  const columns = toColumns(change);
  const names = [...columns.keys()];
  await pool.query(
    `update ${table} set ${names.map((name, index) => `${quoted(name)} = $${index + 1}`).join(', ')} where id = $${names.length + 1}`,
    [...columns.values(), demoId(symbol)],
  );
}

const BAYS = 3;
/** The grid of starts; an open one is free for this long unless `HH:MM+90` says otherwise. Minutes. */
const CELL = 30;

/** Fills the day with somebody else's visits, bay by bay, but for the open starts. */
async function fillDay(pool: Pool, date: string, open: readonly string[]): Promise<void> {
  const customer = demoId('a busy day');
  await pool.query(
    `insert into customers (id, phone_number, first_name, last_name, mock_source)
     values ($1, '+12175550199', 'Busy', 'Blockwall', 'demo') on conflict do nothing`,
    [customer],
  );
  await pool.query(
    `insert into vehicles (id, customer_id, year, make, model) values ($1, $1, 2000, 'Ford', 'Transit') on conflict do nothing`,
    [customer],
  );
  const free = open.map((start) => {
    const [time = '', minutes = String(CELL)] = start.split('+');
    const from = Temporal.PlainTime.from(time);
    return { from: from.hour * 60 + from.minute, minutes: Number(minutes) };
  });
  const cells: Date[] = [];
  for (let minute = 0; minute < 24 * 60; minute += CELL) {
    const isFree = free.some(({ from, minutes }) => minute < from + minutes && from < minute + CELL);
    const time = Temporal.PlainTime.from('00:00').add({ minutes: minute });
    const start = Temporal.PlainDate.from(date).toZonedDateTime({
      timeZone: demoWorld.timezone,
      plainTime: time,
    });
    if (!isFree) cells.push(new Date(start.epochMilliseconds));
  }
  await pool.query(
    `insert into appointments (customer_id, vehicle_id, scheduled_at, duration_minutes, ends_at, service_type, bay, booked_by)
     select $1, $1, start, ${CELL}, start + interval '${CELL} minutes', 'other', bay, 'demo'
     from unnest($2::timestamptz[]) start, generate_series(1, ${BAYS}) bay on conflict do nothing`,
    [customer, cells],
  );
}
