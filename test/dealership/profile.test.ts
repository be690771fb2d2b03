/** The dealership file: the demonstration is sound, and every mistake in another is named at once. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeService, findService } from '../../src/dealership/menu.ts';
import { loadProfile, parseProfile } from '../../src/dealership/profile.ts';
import { demo } from './world.ts';

describe('the dealership profile', () => {
  it('ships a demonstration dealership that passes its own checks', () => {
    expect(demo).toMatchObject({ name: "Otto's Auto", timeZone: 'America/Chicago', bays: 3 });
    expect(demo.services).toHaveLength(10);
  });

  it('survives being written out and read back', () => {
    expect(parseProfile(JSON.parse(JSON.stringify(demo)))).toEqual(demo);
  });

  it('reports all mistakes of form together, each with its place', () => {
    const broken = {
      ...demo,
      bays: 0,
      timeZone: 'Mars/Olympus',
      mainPhone: '217-555-0100',
      hours: { ...demo.hours, monday: { open: '18:00', close: '08:00' }, tuesday: 'shut' },
      closures: [{ date: '2026-02-30', reason: 'never' }],
      colour: 'blue',
    };
    const report = () => parseProfile(broken);
    for (const place of [
      'bays',
      'timeZone',
      'mainPhone',
      'hours.monday',
      'hours.tuesday',
      'closures[0].date',
    ]) {
      expect(report).toThrow(place);
    }
    expect(report).toThrow('colour');
  });

  const [oil] = demo.services.filter((service) => service.code === 'oil_change');
  it.each([
    [
      'a service longer than any day',
      { services: [{ ...oil, minutes: 600, waiter: false }], hours: closedBut(2) },
      'longest day',
    ],
    ['a service one cannot wait for so long', { services: [{ ...oil, minutes: 90 }] }, 'waiterMaxMinutes'],
    ['two services of one name', { services: [oil, { ...oil, code: 'oil_change_2' }] }, 'already names'],
    ['a price from high to low', { services: [{ ...oil, price: { min: 80, max: 40 } }] }, 'lowest price'],
    ['a day closed twice', { closures: [demo.closures[0], demo.closures[0]] }, 'listed twice'],
    [
      'a lunch break outside the hours',
      {
        hours: {
          ...demo.hours,
          monday: { open: '08:00', close: '18:00', lunch: { from: '18:00', to: '19:00' } },
        },
      },
      'lunch',
    ],
    [
      'a lunch break that ends before it begins',
      {
        hours: {
          ...demo.hours,
          monday: { open: '08:00', close: '18:00', lunch: { from: '13:00', to: '12:00' } },
        },
      },
      'lunch',
    ],
    [
      'a service that no half of a day parted by lunch can hold',
      { services: [{ ...oil, minutes: 300, waiter: false }], hours: parted() },
      'half of it',
    ],
    ['no write-ups at all', { writeUpsPerSlot: 0 }, 'writeUpsPerSlot'],
    ['never being open', { hours: closedBut(0) }, 'at least one day'],
    ['an offset in place of a zone', { timeZone: '-06:00' }, 'IANA'],
  ])('refuses %s', (_, change, message) => {
    expect(() => parseProfile({ ...demo, ...change })).toThrow(message);
  });

  it('names the file that cannot be read or is not JSON', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'profile-'));
    const path = join(folder, 'dealership.json');
    try {
      await expect(loadProfile(path)).rejects.toThrow(path);
      await writeFile(path, '{ "name": ');
      await expect(loadProfile(path)).rejects.toThrow(path);
      await writeFile(path, JSON.stringify({ ...demo, name: 'Another Garage' }));
      await expect(loadProfile(path)).resolves.toMatchObject({ name: 'Another Garage' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the service menu', () => {
  it.each([
    ['oil_change', 'oil_change'],
    ['Oil Change', 'oil_change'],
    ['TUNE-UP', 'general_maintenance'],
    ['diagnostic', 'engine_diagnostics'],
    ['Check engine light', 'engine_diagnostics'],
    ['vehicle inspection', 'inspection'],
  ])('finds %j as %s', (name, code) => {
    expect(findService(demo, name)?.code).toBe(code);
  });

  it.each(['', 'warp drive', 'oil_change; drop table'])('knows no service called %j', (name) => {
    expect(findService(demo, name)).toBeUndefined();
  });

  it.each([
    ['oil_change', { priceMin: 40, priceMax: 80, priceNote: null, waiterOk: true }],
    ['recall', { priceMin: 0, priceMax: 0, priceNote: 'no charge', waiterOk: false }],
    ['repair', { priceMin: null, priceMax: null, priceNote: 'needs an inspection', waiterOk: false }],
  ])('describes the price of %s', (code, expected) => {
    const service = findService(demo, code);
    expect(service && describeService(service)).toMatchObject(expected);
  });
});

/** Monday open so many hours, everything else closed. */
function closedBut(hours: number) {
  const monday =
    hours === 0 ? 'closed' : { open: '08:00', close: `${String(8 + hours).padStart(2, '0')}:00` };
  return {
    monday,
    tuesday: 'closed',
    wednesday: 'closed',
    thursday: 'closed',
    friday: 'closed',
    saturday: 'closed',
    sunday: 'closed',
  };
}

/** Every day from eight to four with an hour's lunch at noon. */
function parted() {
  const day = { open: '08:00', close: '16:00', lunch: { from: '12:00', to: '13:00' } };
  return Object.fromEntries(Object.keys(demo.hours).map((name) => [name, day]));
}
