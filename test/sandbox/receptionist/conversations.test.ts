/** Whole calls, turn by turn: what ends up booked, and what the caller heard. */

import { describe, expect, it } from 'vitest';
import {
  type Conversation,
  holdConversation,
  JAMES,
  MARIA,
  ROBERT,
  WITH_PEOPLE,
} from './hold-conversation.ts';
import { onFile, WITHHELD } from './practice-call.ts';

const CONVERSATIONS: Conversation[] = [
  {
    title: 'a new caller tells everything in their own order',
    turns: [
      "Hi, I'd like to get an oil change.",
      'Yeah, first time.',
      'Daniel Ortiz. O R T I Z.',
      "Yes, this number's fine. And email is daniel dot ortiz at example dot com.",
      "It's a 2021 Honda Civic. I don't have the VIN on me.",
      'Tuesday would be good. Morning if you have it.',
      'Nine works.',
      "Yes, that's right.",
      "No, that's it, thanks. Bye.",
    ],
    booked: { vehicle: 'V9', service_type: 'oil_change', scheduled_at: '2026-05-26T09:00' },
    customer: {
      first_name: 'Daniel',
      last_name: 'Ortiz',
      phone_number: null,
      email: 'daniel.ortiz@example.com',
    },
    vehicle: { make: 'Honda', model: 'Civic', year: 2021, vin: null },
    says: [/\bnine\b/, /may twenty-sixth/i, /oil change/, /civic/i],
    ends: 'completed',
  },
  {
    title: 'the day asked for is full',
    options: { openSlots: { '2026-05-22': [] } },
    turns: [
      'Can I get in tomorrow for a tire rotation?',
      "I'm new. Helen Sato, S A T O.",
      'helen at example dot com. This number is fine.',
      'A 2020 Toyota RAV4.',
      'Oh, nothing at all tomorrow? What about Saturday morning?',
      'Ten on Saturday is great.',
      'Yes please.',
      'Thanks, bye.',
    ],
    booked: { service_type: 'tire_rotation', scheduled_at: '2026-05-23T10:00' },
    customer: { first_name: 'Helen', last_name: 'Sato', email: 'helen@example.com' },
    vehicle: { make: 'Toyota', model: 'RAV4', year: 2020 },
    says: [/nothing open tomorrow.*full/, /\bten\b/, /saturday, may twenty-third/i],
    ends: 'completed',
  },
  {
    title: 'the caller changes the service and then the day',
    turns: [
      'Hi I need an oil change on Wednesday.',
      'Nina Kowalski. K O W A L S K I.',
      'nina k at example dot com.',
      '2017 Jeep Cherokee.',
      'Actually you know what, make it a tire rotation instead, I just did the oil.',
      'Wednesday at three. No wait, Thursday at three.',
      'Thursday at three, yes, tire rotation.',
      'Yes.',
      'Bye.',
    ],
    booked: { service_type: 'tire_rotation', scheduled_at: '2026-05-28T15:00' },
    says: [/\bthree\b/, /may twenty-eighth/i, /rotation/],
    ends: 'completed',
  },
  {
    title: 'the number is withheld, told and read back',
    options: { caller: WITHHELD },
    turns: [
      "I'd like an appointment for diagnostics, check engine light's on. Steady, not flashing.",
      'Grace Lindqvist. L I N D Q V I S T.',
      'My number is two one seven, five five five, oh one nine seven.',
      'Yes.',
      'grace at example dot com.',
      '2019 Chevy Equinox.',
      'Next Thursday at eleven, I mean the twenty-eighth.',
      'Yes, correct.',
    ],
    booked: {
      service_type: 'engine_diagnostics',
      scheduled_at: '2026-05-28T11:00',
      customer_concerns: expect.stringContaining('check engine light'),
    },
    customer: { first_name: 'Grace', last_name: 'Lindqvist', phone_number: '+12175550197' },
    says: [/oh one nine seven/, /\beleven\b/, /may twenty-eighth/i],
  },
  {
    title: 'the truck, not the other vehicle on file',
    options: { caller: ROBERT },
    turns: [
      'Hey, I need to bring the truck in for an oil change.',
      'The F-150, yeah.',
      "Thursday the twenty-eighth, early. I'll drop it off.",
      "Eight thirty's good.",
      'Yes.',
      "That's it, thanks.",
    ],
    booked: {
      vehicle: 'V3',
      service_type: 'oil_change',
      scheduled_at: '2026-05-28T08:30',
      transport: 'drop_off',
    },
    says: [/eight thirty/, /may twenty-eighth/i, /f-150/i, /robert/i],
    neverSays: [/your (phone number|name|e-mail)/, /robert.*robert/is],
    ends: 'completed',
  },
  {
    title: '"next Friday" said on a Thursday is asked about',
    options: { caller: MARIA },
    turns: [
      'I need an oil change on the Camry next Friday.',
      'No, not tomorrow. The one after, the twenty-ninth.',
      'Ten thirty.',
      "Yes, that's right.",
    ],
    booked: { vehicle: 'V5', scheduled_at: '2026-05-29T10:30' },
    says: [/tomorrow, friday, may twenty-second, or friday, may twenty-ninth/i, /ten thirty/],
  },
  {
    title: 'a long job that would run past closing gets the latest start',
    options: { caller: JAMES },
    turns: [
      'I need brake pads done Saturday at two thirty on the Elantra.',
      'How late are you open?',
      "Okay what's the latest you can do Saturday for that?",
      'One thirty then.',
      'Yes.',
    ],
    booked: {
      vehicle: 'V11',
      service_type: 'brake_service',
      scheduled_at: '2026-05-23T13:30',
      customer_concerns: null,
    },
    says: [/three in the afternoon/, /latest I can start.*one thirty/],
  },
  {
    title: 'the read-back is interrupted with another day',
    options: { caller: MARIA },
    turns: [
      'Oil change for my Camry Tuesday at nine.',
      '[The caller interrupted; of your last reply they heard: "Hi Maria. So that\'s Tuesday, May"] No no, sorry, not Tuesday, Friday the twenty-ninth.',
      'Nine, yeah.',
      "Yes yes that's right.",
    ],
    booked: { vehicle: 'V5', service_type: 'oil_change', scheduled_at: '2026-05-29T09:00' },
  },
  {
    title: 'the slot goes between the offer and the booking',
    options: {
      caller: JAMES,
      refusals: [
        {
          tool: 'book_appointment',
          when: { scheduled_at: '2026-05-26T10:00' },
          error: 'slot_unavailable',
          times: 1,
        },
      ],
    },
    turns: ['Tire rotation for the Elantra, Tuesday at ten.', 'Yes.', 'Oh. Ten thirty then.', 'Yes.'],
    booked: { vehicle: 'V11', service_type: 'tire_rotation', scheduled_at: '2026-05-26T10:30' },
    says: [/ten in the morning was just taken/, /ten thirty/],
  },
  {
    title: 'the calendar is down',
    options: {
      caller: JAMES,
      refusals: [{ tool: 'get_available_slots', error: 'calendar_unavailable', times: 99 }],
    },
    turns: [
      'I need an oil change Tuesday morning.',
      'Okay, have someone call me then.',
      'This number. Mornings are best. Thanks.',
    ],
    booked: null,
    says: [/trouble/, /advisor|someone/i],
    neverSays: [/you're booked/i, /error|exception|timeout/i],
  },
  {
    title: 'a flashing light is answered with safety first, then a person',
    options: { caller: onFile('James', 'V10 2020 Nissan Altima'), tools: WITH_PEOPLE },
    turns: [
      "My check engine light is flashing and the car's shaking. Can I bring it in tomorrow?",
      "I'm parked at home.",
      "Okay I won't drive it. Can somebody help me get it there?",
    ],
    booked: null,
    says: [/^please don't drive/i, /putting you through/],
  },
  {
    title: 'nobody speaks',
    turns: ['[silence]', '[silence]', '[silence]'],
    booked: null,
    says: [/still there/, /hear me/, /call us back/],
    ends: 'no_input',
  },
  {
    title: 'hours, a holiday, and goodbye',
    turns: [
      'What time do you close today? And are you open Monday?',
      'And Saturday?',
      'Okay great, thanks. No, just wanted the hours.',
    ],
    booked: null,
    says: [/six in the evening/, /closed on monday.*memorial day/i, /nine in the morning to three/],
    ends: 'completed',
  },
  {
    title: 'warranty goes to a person, undecided',
    options: { caller: onFile('Karen', 'V7 2022 Subaru Forester'), tools: WITH_PEOPLE },
    turns: [
      "Is my transmission covered under warranty? It's slipping.",
      'The Forester.',
      'Sure, put me through.',
    ],
    booked: null,
    says: [/advisor/, /putting you through/],
    neverSays: [/(it's|it is|that's) (not )?covered/i],
  },
  {
    title: 'nobody is there to be put through to',
    options: { tools: WITH_PEOPLE, isDeskClosed: true },
    turns: ['I want to talk to a person.', 'okay thanks'],
    booked: null,
    says: [/nobody is available/, /two one seven/],
    ends: 'completed',
  },
];

describe('a call', () => {
  it.each(CONVERSATIONS)('$title', (conversation) => {
    holdConversation(conversation);
  });
});
