/** Whole calls about visits made before: proof, moving, cancelling, confirming. */

import { describe, it } from 'vitest';
import { holdVisitCall, LISA_CALLS, SARAH_CALLS, type VisitCall } from './hold-visit-call.ts';
import { BOOKING_TOOLS } from './practice-call.ts';
import { LISA_FILE, SARAH_FILE, visit } from './practice-file.ts';

const TWO_VISITS = {
  ...SARAH_CALLS,
  file: {
    ...SARAH_FILE,
    visits: [
      ...SARAH_FILE.visits,
      visit('A2', '2026-06-02T11:00', 'tire_rotation', 'tire rotation', '2019 Honda Accord'),
    ],
  },
};
const MOVED = /\b(i('ve| have) (moved|rescheduled)|(is|has been) (moved|rescheduled))/i;
const CANCELLED = /\b(i('ve| have) cancel+ed|(is|has been) cancel+ed)/i;
const NUMBER = '5f2c9a10-77aa-4b1e-9d21-000000000003';

const CALLS: VisitCall[] = [
  {
    title: 'a visit is moved after a date of birth',
    options: LISA_CALLS,
    turns: [
      'Hi, I need to move my appointment.',
      'Lisa Chen. March eighth, nineteen ninety.',
      'Yes, that one. Can I do Friday the twenty-ninth at ten?',
      'Yes please.',
      "That's all.",
    ],
    done: [
      ['verify_customer', { date_of_birth: '1990-03-08', vin: null, phone_on_file: null }],
      ['get_upcoming_appointments'],
      ['reschedule_appointment', { appointment: 'A1', new_datetime: '2026-05-29T10:00' }],
      ['end_call'],
    ],
    says: [/moved to Friday, May twenty-ninth, at ten in the morning/],
    neverSays: [/march (8|eighth)/i, /1990/],
  },
  {
    title: 'who cannot prove who they are learns nothing',
    options: LISA_CALLS,
    turns: [
      "I'd like to cancel Lisa's appointment.",
      'Uh, January first nineteen ninety?',
      "I don't know, maybe 12 Main Street?",
      'February second then?',
      'Well can you at least tell me when it is?',
      'Fine.',
    ],
    done: [
      ['verify_customer', { date_of_birth: '1990-01-01' }],
      ['verify_customer', { street_address: '12 Main Street', zip_code: null }],
      ['transfer_to_human', { department: 'service_advisor' }],
    ],
    says: [/wasn't able to verify/, /can't share/],
    neverSays: [
      /wednesday/i,
      /\binspection\b/i,
      /\btwo\b.{0,20}(inspection|appointment)/i,
      /321 Pine Road|62629|lisa\.chen|1990|0103|LM045533|JKL7890/i,
      MOVED,
      CANCELLED,
    ],
  },
  {
    title: 'the original stays when the only day that suits is full',
    options: { ...LISA_CALLS, openSlots: { '2026-05-23': [] } },
    turns: [
      'Can I move my inspection to Saturday?',
      'March eighth, nineteen ninety.',
      'Only Saturday works, and only this one.',
      'Then leave it where it is.',
    ],
    done: [['verify_customer'], ['get_upcoming_appointments']],
    says: [/nothing open on Saturday.*full/, /stays on Wednesday, May twenty-seventh/],
    neverSays: [MOVED, CANCELLED],
  },
  {
    title: 'a visit named by a number is not gone by',
    options: SARAH_CALLS,
    turns: [
      `Hi, cancel appointment number ${NUMBER} please.`,
      "It's mine. June fifteenth nineteen eighty five.",
      `No, cancel number ${NUMBER}, not the oil change.`,
      'Okay leave everything.',
    ],
    done: [['verify_customer', { date_of_birth: '1985-06-15' }], ['get_upcoming_appointments']],
    says: [/only (see|one)/i],
    neverSays: [/jetta|lisa|chen|inspection/i, CANCELLED],
  },
  {
    title: 'a visit is cancelled after one offer to move it and one question why',
    options: SARAH_CALLS,
    turns: [
      'I need to cancel my oil change tomorrow',
      'the last eight are K A zero one four five zero one',
      'no just cancel it',
      'I sold the car',
      'no thanks bye',
    ],
    done: [
      ['verify_customer', { vin: 'KA014501', date_of_birth: null }],
      ['get_upcoming_appointments'],
      ['cancel_appointment', { appointment: 'A1', reason: 'vehicle_sold' }],
      ['end_call'],
    ],
    says: [/like to move it to another day instead\?/, /why you need to cancel/, /is cancelled/],
  },
  {
    title: 'a cancellation becomes a move, and the text is sent',
    options: SARAH_CALLS,
    turns: [
      'I have to cancel my appointment',
      '482 Maple Avenue',
      'six two seven oh four',
      'yes, wednesday',
      'ten',
      'yes',
      'text me that',
      'no bye',
    ],
    done: [
      ['verify_customer', { street_address: '482 Maple Avenue', zip_code: '62704' }],
      ['get_upcoming_appointments'],
      ['reschedule_appointment', { appointment: 'A1', new_datetime: '2026-05-27T10:00' }],
      ['send_sms_confirmation', { appointment: 'A1' }],
      ['end_call'],
    ],
    says: [/ZIP code/, /text is on its way/],
    neverSays: [CANCELLED],
  },
  {
    title: 'two visits: which one is asked, then another is cancelled',
    options: TWO_VISITS,
    turns: [
      'move my appointment please',
      '06/15/1985',
      'the rotation',
      'wednesday june third at two',
      'yes',
      'and cancel my oil change',
      'no',
      'something came up',
    ],
    done: [
      ['verify_customer'],
      ['get_upcoming_appointments'],
      ['reschedule_appointment', { appointment: 'A2', new_datetime: '2026-06-03T14:00' }],
      ['get_upcoming_appointments'],
      ['cancel_appointment', { appointment: 'A1', reason: 'schedule_conflict' }],
    ],
    says: [/which one: your oil change .* or tire rotation/i],
  },
  {
    title: 'the time goes between offer and change, and the next one is taken',
    options: {
      ...SARAH_CALLS,
      refusals: [{ tool: 'reschedule_appointment', error: 'slot_unavailable', times: 1 }],
    },
    turns: [
      'reschedule my appointment to tuesday at ten',
      'june fifteenth eighty five',
      'yes',
      'ten thirty then',
      'yes',
    ],
    done: [
      ['verify_customer'],
      ['get_upcoming_appointments'],
      ['reschedule_appointment', { new_datetime: '2026-05-26T10:30' }],
    ],
    says: [/was just taken/],
  },
  {
    title: 'a change that cannot be saved leaves the visit where it is, and says so',
    options: {
      ...SARAH_CALLS,
      refusals: [{ tool: 'reschedule_appointment', error: 'unavailable', times: 9 }],
    },
    turns: ['reschedule my appointment to tuesday at ten', 'june fifteenth 1985', 'yes', 'no'],
    done: [['verify_customer'], ['get_upcoming_appointments']],
    says: [/nothing is changed. Your oil change stays on Friday/],
    neverSays: [MOVED],
  },
  {
    title: 'from another phone it takes the number on file and two proofs',
    options: {},
    turns: [
      'I want to move my appointment',
      'two one seven five five five oh one oh three',
      '3/8/1990',
      '321 pine road 62629',
      'friday the 29th at ten',
      'yes',
    ],
    done: [
      [
        'verify_customer',
        { date_of_birth: '1990-03-08', street_address: '321 Pine Road', phone_on_file: LISA_FILE.phone },
      ],
      ['get_upcoming_appointments'],
      ['reschedule_appointment', { new_datetime: '2026-05-29T10:00' }],
    ],
  },
  {
    title: 'three wrong proofs lock the call, and a person is offered',
    options: LISA_CALLS,
    turns: ['cancel my appointment', 'march 9 1990', 'march 10 1990', 'march 11 1990', 'march 8 1990', 'yes'],
    done: [['verify_customer'], ['verify_customer'], ['verify_customer'], ['transfer_to_human']],
    neverSays: [/inspection|wednesday/i, CANCELLED],
  },
  {
    title: 'which part of a proof fits is never told',
    options: LISA_CALLS,
    turns: ['when is my appointment', 'march 9 1990', 'is the year right?', 'march 8 1990', 'thanks'],
    done: [['verify_customer'], ['verify_customer'], ['get_upcoming_appointments'], ['end_call']],
    says: [/can't say which part fits/, /Wednesday, May twenty-seventh/],
    neverSays: [/the (year|month|day) (is|was) (right|wrong|correct)/i],
  },
  {
    title: 'a visit is confirmed',
    options: SARAH_CALLS,
    turns: ['I want to confirm my appointment', 'june fifteenth 1985', 'no'],
    done: [
      ['verify_customer'],
      ['get_upcoming_appointments'],
      ['confirm_appointment', { appointment: 'A1' }],
      ['end_call'],
    ],
    says: [/is confirmed/],
  },
  {
    title: 'without the tools for it nothing is promised',
    options: { ...SARAH_CALLS, tools: BOOKING_TOOLS },
    turns: ['I want to cancel my appointment'],
    done: [],
    says: [/can't see or change existing appointments/],
  },
];

describe('a call about a visit made before', () => {
  it.each(CALLS)('$title', (call) => {
    holdVisitCall(call);
  });
});
