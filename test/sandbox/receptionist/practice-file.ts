/** A customer on file for practice calls: proof is checked, visits are moved and cancelled, as the agent's tools do. */

export interface PracticeVisit {
  appointment: string;
  scheduled_at: string;
  service_type: string;
  service: string;
  vehicle: string;
  vehicle_description: string;
  status: string;
}

export interface CustomerFile {
  phone: string;
  firstName: string;
  birthDate: string;
  vin: string;
  street: string;
  zip: string;
  visits: readonly PracticeVisit[];
}

export const visit = (
  appointment: string,
  scheduled_at: string,
  service_type: string,
  service: string,
  vehicle_description: string,
): PracticeVisit => ({
  appointment,
  scheduled_at,
  service_type,
  service,
  vehicle: 'V1',
  vehicle_description,
  status: 'scheduled',
});

export const LISA_FILE: CustomerFile = {
  phone: '+12175550103',
  firstName: 'Lisa',
  birthDate: '1990-03-08',
  vin: '3VWC57BU8LM045533',
  street: '321 Pine Road',
  zip: '62629',
  visits: [visit('A1', '2026-05-27T14:00', 'inspection', 'vehicle inspection', '2020 Volkswagen Jetta')],
};

export const SARAH_FILE: CustomerFile = {
  phone: '+12175550101',
  firstName: 'Sarah',
  birthDate: '1985-06-15',
  vin: '1HGCV1F37KA014501',
  street: '482 Maple Avenue',
  zip: '62704',
  visits: [visit('A1', '2026-05-22T09:00', 'oil_change', 'oil change', '2019 Honda Accord')],
};

type Answer = { success: boolean; data?: object; message: string; error?: string };

const done = (data: object): Answer => ({ success: true, data, message: '' });
const refuse = (error: string): Answer => ({ success: false, message: 'refused', error });

const MOST_TRIES = 3;
const NEEDS_PROOF = [
  'get_upcoming_appointments',
  'reschedule_appointment',
  'confirm_appointment',
  'cancel_appointment',
];

/** What the tools answer about this customer. `isCalling`: the call comes from the number on file. */
export function openFile(file: CustomerFile, isCalling: boolean) {
  let isVerified = false;
  let tries = 0;
  const visits = file.visits.map((one) => ({ ...one }));
  const find = (handle: unknown) => visits.find(({ appointment }) => appointment === handle);
  const open = () => visits.filter(({ status }) => status === 'scheduled' || status === 'confirmed');

  function verify(args: Record<string, unknown>): Answer {
    if (tries >= MOST_TRIES) return done({ status: 'locked', attempts_left: 0 });
    const isOnFile = isCalling || args['phone_on_file'] === file.phone;
    const vin = typeof args['vin'] === 'string' ? args['vin'] : '';
    const fits = [
      args['date_of_birth'] === file.birthDate,
      vin.length >= 8 && file.vin.endsWith(vin),
      args['street_address'] === file.street && args['zip_code'] === file.zip,
    ].filter(Boolean).length;
    if (isOnFile && fits >= (isCalling ? 1 : 2)) {
      isVerified = true;
      return done({ status: 'verified', attempts_left: MOST_TRIES - tries, first_name: file.firstName });
    }
    tries += 1;
    const status = tries >= MOST_TRIES ? 'locked' : 'not_verified';
    return done({ status, attempts_left: MOST_TRIES - tries });
  }

  function change(name: string, args: Record<string, unknown>): Answer {
    const found = find(args['appointment']);
    if (!found || !open().includes(found)) return refuse('not_found');
    if (name === 'reschedule_appointment') found.scheduled_at = String(args['new_datetime']);
    else found.status = name === 'cancel_appointment' ? 'cancelled' : 'confirmed';
    return done({ appointment: found.appointment, status: found.status });
  }

  return {
    visits,
    isVerified: () => isVerified,
    /** Undefined for tools that have nothing to do with the file. */
    run(name: string, args: Record<string, unknown>): Answer | undefined {
      if (NEEDS_PROOF.includes(name) && !isVerified) return refuse('verification_required');
      switch (name) {
        case 'verify_customer':
          return verify(args);
        case 'get_upcoming_appointments':
          return done({ appointments: open() });
        case 'reschedule_appointment':
        case 'confirm_appointment':
        case 'cancel_appointment':
          return change(name, args);
        case 'update_contact_preferences':
          if (!isCalling && !isVerified) return refuse('verification_required');
          if (args['receive_reminders'] === true && !isVerified) return refuse('verification_required');
          return done({ receive_reminders: args['receive_reminders'] });
        case 'create_follow_up_note':
          return done({ noted: true });
        case 'decode_vin':
          return done(
            String(args['vin']).endsWith('14501')
              ? { valid_check_digit: true, make: 'Honda', year: 2019, model: 'Accord', suggestion: null }
              : { valid_check_digit: false, make: null, year: null, model: null, suggestion: null },
          );
        case 'get_service_info':
          return done(
            args['topic'] === 'transport'
              ? { transport: ['drop_off', 'waiter', 'shuttle'] }
              : {
                  date: args['date'],
                  spoken_date: 'Saturday, July eleventh',
                  is_open: true,
                  opens: '09:00',
                  closes: '15:00',
                },
          );
      }
      return undefined;
    },
  };
}
