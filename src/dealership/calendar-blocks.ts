/** Other people's times in the calendar, kept beside our appointments, and how far they have been read. */
import { eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../db/connect.ts';
import { calendarBlocks } from '../db/desk-schema.ts';
import { databaseInfo } from '../db/schema.ts';
import { findTouched, isOwnEvent, oweAll } from './calendar.ts';
import type { CalendarChange, Outbox } from './ports.ts';

const KEY = 'calendar_import';
/** Rows in one statement; far from PostgreSQL's limit of 65,535 parameters. */
const BATCH = 1_000;

const importState = z.object({
  calendarId: z.string(),
  /** Google's bookmark; the next reading goes on from there. */
  token: z.string(),
  /** Epoch milliseconds of the last complete reading, and of the last of any kind. */
  completeAt: z.number(),
  readAt: z.number(),
});
export type ImportState = z.infer<typeof importState>;

/** `raw` stands for "as I found it" when the next state is stored; undefined state means: read everything. */
export interface Bookmark {
  raw: string;
  state: ImportState | undefined;
}

export async function readBookmark(db: Db): Promise<Bookmark> {
  const [row] = await db
    .select({ value: databaseInfo.value })
    .from(databaseInfo)
    .where(eq(databaseInfo.key, KEY));
  return { raw: row?.value ?? '', state: parseState(row?.value ?? '') };
}

function parseState(raw: string): ImportState | undefined {
  try {
    return importState.safeParse(JSON.parse(raw)).data;
  } catch {
    return undefined;
  }
}

/**
 * Stores what was read together with the bookmark, all or nothing. False, and nothing stored, when another replica has
 * moved the bookmark meanwhile: whoever read from the same place first is right. When the bookmark was another
 * calendar's, all that is to come is owed to this one. `isComplete`: blocks that were not
 * read are gone. Our own events are no blocks; those that stand elsewhere than we left them are handed to the outbox.
 */
export async function storeChanges(
  db: Db,
  outbox: Outbox,
  read: { before: Bookmark; next: ImportState; changes: readonly CalendarChange[]; isComplete: boolean },
): Promise<boolean> {
  const { before, next, changes, isComplete } = read;
  const foreign = changes.filter(({ id }) => !isOwnEvent(id));
  // The last word on an event counts.
  const blocks = new Map(foreign.map(({ id, busy }) => [id, busy]));
  const present = [...blocks].flatMap(([eventId, busy]) => (busy ? [{ eventId, ...busy }] : []));
  const gone = [...blocks].flatMap(([eventId, busy]) => (busy ? [] : [eventId]));
  return db.transaction(async (tx) => {
    await tx.insert(databaseInfo).values({ key: KEY, value: '' }).onConflictDoNothing();
    const [row] = await tx
      .select({ value: databaseInfo.value })
      .from(databaseInfo)
      .where(eq(databaseInfo.key, KEY))
      .for('update');
    if (row?.value !== before.raw) return false;

    if (before.state && before.state.calendarId !== next.calendarId) await oweAll(tx, next.readAt);
    if (isComplete) await tx.delete(calendarBlocks);
    for (const ids of batches(gone)) {
      await tx.delete(calendarBlocks).where(inArray(calendarBlocks.eventId, ids));
    }
    for (const rows of batches(present)) {
      await tx
        .insert(calendarBlocks)
        .values(rows)
        .onConflictDoUpdate({
          target: calendarBlocks.eventId,
          set: { startsAt: sql`excluded.starts_at`, endsAt: sql`excluded.ends_at`, updatedAt: sql`now()` },
        });
    }
    const own = changes.filter(({ id }) => isOwnEvent(id));
    for (const events of batches(own)) {
      for (const appointmentId of await findTouched(tx, events)) await outbox.calendarDue(tx, appointmentId);
    }
    await tx
      .update(databaseInfo)
      .set({ value: JSON.stringify(next), updatedAt: sql`now()` })
      .where(eq(databaseInfo.key, KEY));
    return true;
  });
}

function batches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, at) =>
    items.slice(at * BATCH, (at + 1) * BATCH),
  );
}
