/** What was done to one vehicle of the verified customer, the latest first. */
import { z } from 'zod';
import { listVisits } from '../../dealership/vehicle-facts.ts';
import { noSuchVehicle } from '../change-refusals.ts';
import { defineTool } from '../tool.ts';

/** More than this nobody wants to hear on the telephone. */
const MOST_VISITS = 5;
const USUAL_VISITS = 3;

export const getServiceHistory = defineTool({
  name: 'get_service_history',
  description: "Past visits of one of the verified customer's vehicles, the latest first.",
  effect: 'read',
  level: 2,
  arguments: z.object({
    vehicle: z.string().describe('handle of the vehicle, such as V1'),
    limit: z.number().nullable().describe('at most 5; null: 3'),
  }),
  async run({ vehicle: handle, limit }, { db, session }) {
    const vehicle = session.vehicles.find((known) => known.handle === handle);
    if (!session.customerId || !vehicle) return noSuchVehicle();
    const visits = await listVisits(
      db,
      { customerId: session.customerId, vehicleId: vehicle.id },
      Math.trunc(Math.min(Math.max(limit ?? USUAL_VISITS, 1), MOST_VISITS)),
    );
    return {
      success: true,
      data: {
        vehicle: handle,
        visits: visits.map(({ serviceDate, servicesPerformed, mileage, totalCost }) => ({
          service_date: serviceDate,
          services_performed: servicesPerformed,
          mileage,
          total_cost: totalCost,
        })),
      },
      message: visits.length > 0 ? 'The latest visit comes first.' : 'No visit of this vehicle is on file.',
    };
  },
});
