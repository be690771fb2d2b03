/** The catalog of cars: every VIN it makes leads back to one make and one model. */
import { describe, expect, it } from 'vitest';
import { descriptorOf, MODELS } from '../../scripts/seed/catalog.ts';
import { composeVin, vinMake, vinModelYear } from '../../src/dealership/vin.ts';

const LAST_YEAR = 2027;

describe('the catalog', () => {
  it.each(MODELS.map((model) => [`${model.make} ${model.model}`, model] as const))(
    'makes valid VINs of the right make for every year of the %s',
    (_, model) => {
      const { from, to, wmi, plant, make } = model;
      expect(from).toBeLessThanOrEqual(to);
      expect(model.trims.every((trim) => trim.length > 0)).toBe(true);
      expect(model.weight).toBeGreaterThan(0);
      for (let year = Math.max(1980, from); year <= Math.min(to, LAST_YEAR); year++) {
        const vin = composeVin({ wmi, descriptor: descriptorOf(model, year), year, plant, serial: 4_711 });
        expect(vinMake(vin)).toBe(make);
        expect(vinModelYear(vin)).toBe(year);
      }
    },
  );

  it('gives no two models the same beginning of a VIN', () => {
    for (const year of [2005, 2020]) {
      const sold = MODELS.filter(({ from, to }) => from <= year && year <= to);
      const beginnings = sold.map((model) => model.wmi + descriptorOf(model, year));
      expect(new Set(beginnings).size).toBe(beginnings.length);
    }
  });

  it('offers several makes in every year from 2003', () => {
    for (let year = 2003; year <= LAST_YEAR; year++) {
      const makes = new Set(
        MODELS.filter(({ from, to }) => from <= year && year <= to).map(({ make }) => make),
      );
      expect(makes.size).toBeGreaterThanOrEqual(10);
    }
  });
});
