/** What is on file about one vehicle of the customer. */
import { z } from 'zod';
import { findVehicleFacts } from '../../dealership/vehicle-facts.ts';
import { noSuchVehicle } from '../change-refusals.ts';
import { defineTool } from '../tool.ts';

export const getVehicleInfo = defineTool({
  name: 'get_vehicle_info',
  description: "Trim, mileage and next service due of one of the caller's vehicles on file.",
  effect: 'read',
  level: 1,
  arguments: z.object({ vehicle: z.string().describe('handle of the vehicle, such as V1') }),
  async run(args, { db, session }) {
    const vehicle = session.vehicles.find(({ handle }) => handle === args.vehicle);
    if (!session.customerId || !vehicle) return noSuchVehicle();
    const facts = await findVehicleFacts(db, { customerId: session.customerId, vehicleId: vehicle.id });
    if (!facts) return noSuchVehicle();
    return {
      success: true,
      data: {
        vehicle: vehicle.handle,
        year: facts.year,
        make: facts.make,
        model: facts.model,
        trim: facts.trim,
        current_mileage: facts.currentMileage,
        next_service_due_mileage: facts.nextServiceDueMileage,
      },
      message: 'Mileage is as of the last visit. What is not given is not known.',
    };
  },
});
