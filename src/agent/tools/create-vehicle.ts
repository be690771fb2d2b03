/** A vehicle for the customer of this call. */
import { z } from 'zod';
import { addVehicle } from '../../dealership/vehicles.ts';
import { isValidVin } from '../../dealership/vin.ts';
import { vehicleRefused } from '../refusals.ts';
import { type CallSession, withVehicle } from '../session.ts';
import { defineTool } from '../tool.ts';

export const createVehicle = defineTool({
  name: 'create_vehicle',
  description:
    'Add a vehicle to the customer of this call. Year, make and model are enough; never insist on a VIN. Returns the handle to book with.',
  effect: 'write',
  level: 1,
  arguments: z.object({
    year: z.number(),
    make: z.string(),
    model: z.string(),
    vin: z.string().nullable(),
    license_plate: z.string().nullable(),
    mileage: z.number().nullable(),
  }),
  async run(
    { year, make, model, vin, license_plate, mileage },
    { db, session, setSession, forgetCustomer, now },
  ) {
    if (!session.customerId) {
      return { success: false, error: 'verification_required', message: 'Create the customer first.' };
    }
    const heardVin = vin?.replace(/[\s-]/g, '').toUpperCase();
    const isVinUsable = heardVin !== undefined && isValidVin(heardVin);
    const added = await addVehicle(db, {
      customerId: session.customerId,
      year,
      make,
      model,
      ...(isVinUsable && isTrusted(session) ? { vin: heardVin } : {}),
      ...(license_plate ? { licensePlate: license_plate } : {}),
      ...(mileage === null ? {} : { mileage }),
      now,
    });
    if (!added.ok) return vehicleRefused(added.refusal);
    if (session.callerPhone) await forgetCustomer(session.callerPhone);
    const { vehicleId: id, year: modelYear, make: itsMake, model: itsModel } = added.value;
    const vehicle = { id, year: modelYear, make: itsMake, model: itsModel };
    const { vehicles } = setSession((current) => withVehicle(current, vehicle));
    const handle = vehicles.find((known) => known.id === id)?.handle ?? '';
    const about = heardVin && !isVinUsable ? ' The VIN cannot be right and was left out; do not insist.' : '';
    return {
      success: true,
      data: { vehicle: handle },
      message: `The vehicle is on file as ${handle}. Nothing is booked yet.${about}`,
      spoken: `I have your ${modelYear} ${itsMake} ${itsModel} now, but I lost my place. Nothing is booked yet. Which day and time would you like?`,
    };
  },
});

/**
 * A VIN proves who is calling. Whoever merely calls from a number on file must not put one there, nor learn by trying
 * whether one is there: only the verified customer may, and one whose record was made in this call.
 */
const isTrusted = ({ level, flow }: CallSession) => level === 2 || flow !== 'existing_customer';
