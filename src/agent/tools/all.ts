/** Every tool the model may be offered, in the order it sees them. */
import type { CallSession } from '../session.ts';
import type { Tool } from '../tool.ts';
import { bookAppointmentTool } from './book-appointment.ts';
import { cancelAppointmentTool } from './cancel-appointment.ts';
import { confirmAppointmentTool } from './confirm-appointment.ts';
import { createCustomerTool } from './create-customer.ts';
import { createFollowUpNote } from './create-follow-up-note.ts';
import { createVehicle } from './create-vehicle.ts';
import { decodeVin } from './decode-vin.ts';
import { endCall } from './end-call.ts';
import { getAppointment } from './get-appointment.ts';
import { getAvailableSlots } from './get-available-slots.ts';
import { getServiceHistory } from './get-service-history.ts';
import { getServiceInfo } from './get-service-info.ts';
import { getUpcomingAppointments } from './get-upcoming-appointments.ts';
import { getVehicleInfo } from './get-vehicle-info.ts';
import { leaveVoicemail } from './leave-voicemail.ts';
import { lookupCustomer } from './lookup-customer.ts';
import { rescheduleAppointmentTool } from './reschedule-appointment.ts';
import { sendSmsConfirmation } from './send-sms-confirmation.ts';
import { transferToHuman } from './transfer-to-human.ts';
import { updateContactPreferences } from './update-contact-preferences.ts';
import { verifyCustomer } from './verify-customer.ts';

export const ALL_TOOLS: readonly Tool[] = [
  lookupCustomer,
  verifyCustomer,
  getVehicleInfo,
  getServiceHistory,
  createCustomerTool,
  createVehicle,
  getAvailableSlots,
  bookAppointmentTool,
  getUpcomingAppointments,
  getAppointment,
  rescheduleAppointmentTool,
  confirmAppointmentTool,
  cancelAppointmentTool,
  getServiceInfo,
  decodeVin,
  createFollowUpNote,
  updateContactPreferences,
  sendSmsConfirmation,
  transferToHuman,
  leaveVoicemail,
  endCall,
];

/** A message on a machine is for calls that we place. */
const OUTBOUND_ONLY: readonly Tool[] = [leaveVoicemail];

export function toolsFor(direction: CallSession['direction']): readonly Tool[] {
  return direction === 'outbound' ? ALL_TOOLS : ALL_TOOLS.filter((tool) => !OUTBOUND_ONLY.includes(tool));
}
