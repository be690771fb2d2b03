/** Every tool the model may be offered, in the order it sees them. */
import type { Tool } from '../tool.ts';
import { bookAppointmentTool } from './book-appointment.ts';
import { createCustomerTool } from './create-customer.ts';
import { createVehicle } from './create-vehicle.ts';
import { endCall } from './end-call.ts';
import { getAvailableSlots } from './get-available-slots.ts';
import { lookupCustomer } from './lookup-customer.ts';
import { transferToHuman } from './transfer-to-human.ts';

export const ALL_TOOLS: readonly Tool[] = [
  lookupCustomer,
  createCustomerTool,
  createVehicle,
  getAvailableSlots,
  bookAppointmentTool,
  transferToHuman,
  endCall,
];
