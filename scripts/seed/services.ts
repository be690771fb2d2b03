/** How the services of the menu come up in life: how often, in which words, and with which parts. */
import type { DealershipProfile, Service } from '../../src/dealership/profile.ts';
import type { Weighted } from './dice.ts';

interface Custom {
  /** How often it is booked beside the others. */
  booked: number;
  /** How often it was done on older visits. */
  earlier: number;
  parts: readonly string[];
  concerns: readonly string[];
}

/**
 * By service code. With the demonstration menu's durations a booking averages 51 minutes, which lets 1,200 of them
 * fit into three bays and 60 days.
 */
const CUSTOMS: Record<string, Custom> = {
  oil_change: {
    booked: 38,
    earlier: 52,
    parts: ['oil filter', 'drain plug gasket'],
    concerns: [
      'The oil light came on this morning for a second.',
      'Sticker says I am a thousand miles over.',
      'Just the usual, please use synthetic.',
      'I am driving to Florida next week and want the oil fresh.',
      'Dash says oil life fifteen percent.',
      'There were a couple of drips on the garage floor.',
    ],
  },
  tire_rotation: {
    booked: 14,
    earlier: 14,
    parts: [],
    concerns: [
      'The front tires look more worn than the back ones.',
      'There is a hum that gets louder the faster I go.',
      'The tire light keeps coming on when it is cold out.',
      'I think I picked up a nail in the right rear.',
      'It pulls a little to the left on the interstate.',
    ],
  },
  brake_inspection: {
    booked: 9,
    earlier: 0,
    parts: [],
    concerns: [
      'There is a squeal when I brake coming down the hill.',
      'My husband says the brakes feel soft.',
      'Want to know how much pad is left before winter.',
      'It squeaks for the first few stops in the morning.',
    ],
  },
  inspection: {
    booked: 11,
    earlier: 10,
    parts: ['wiper blades'],
    concerns: [
      'Giving this car to my daughter for college, please go over everything.',
      'I just bought it used and want it looked at.',
      'Long trip coming up, can you check it over?',
      'Wipers are streaking and the cabin smells musty.',
    ],
  },
  general_maintenance: {
    booked: 9,
    earlier: 14,
    parts: ['engine air filter', 'cabin air filter', 'brake fluid'],
    concerns: [
      'The dash says service due.',
      'Time for the thirty-thousand-mile service, I believe.',
      'It is due for its sixty thousand and the air smells stale.',
      'Whatever the book says for this mileage.',
    ],
  },
  brake_service: {
    booked: 6,
    earlier: 7,
    parts: ['front brake pads', 'front brake rotors', 'rear brake pads'],
    concerns: [
      'It is grinding when I stop, worse on the right.',
      'The steering wheel shakes when I brake on the highway.',
      'You told me last time the front pads were almost gone.',
      'The pedal goes lower than it used to.',
    ],
  },
  engine_diagnostics: {
    booked: 6,
    earlier: 3,
    parts: ['spark plugs', 'ignition coil', 'oxygen sensor'],
    concerns: [
      'The check engine light came on yesterday, it is not blinking.',
      'It hesitates when I pull away from a stop sign.',
      'It idles rough until it warms up.',
      'It took three tries to start this morning.',
      'I am getting five miles a gallon less than I used to.',
    ],
  },
  recall: {
    booked: 3,
    earlier: 0,
    parts: ['recall kit'],
    concerns: ['I got a letter about a recall.', 'The card in the mail says the airbag has to be replaced.'],
  },
  repair: {
    booked: 2,
    earlier: 0,
    parts: ['battery', 'alternator', 'serpentine belt', 'water pump', 'front strut'],
    concerns: [
      'The air conditioning blows warm at idle.',
      'Something clunks in the front over bumps.',
      'There is a puddle of something green under it.',
      'The battery was dead two mornings in a row.',
      'The back window on the driver side will not go up.',
    ],
  },
  other: {
    booked: 2,
    earlier: 0,
    parts: ['key fob battery', 'headlight bulb'],
    concerns: [
      'The key fob only works when I hold it against the door.',
      'There is a rattle behind the glove box that drives me crazy.',
      'One headlight is dimmer than the other.',
      'The phone will not connect to the car any more.',
    ],
  },
};

/** For a service of a menu that this generator does not know. */
const UNKNOWN: Custom = { booked: 2, earlier: 0, parts: [], concerns: ['Please have a look at it.'] };

export const customOf = ({ code }: Service): Custom => CUSTOMS[code] ?? UNKNOWN;

export function bookedServices({ services }: DealershipProfile): Weighted<Service> {
  return services.map((service) => [service, customOf(service).booked]);
}

/** Falls back to what is booked when the menu shares no code with the table above. */
export function earlierServices(profile: DealershipProfile): Weighted<Service> {
  const known: Weighted<Service> = profile.services.map((service) => [service, customOf(service).earlier]);
  return known.some(([, weight]) => weight > 0) ? known : bookedServices(profile);
}

export const ADVISORS = ['Dana Whitfield', 'Marcus Bell', 'Priya Nair', 'Tom Kowalski'];
export const TECHNICIANS = 'Luis Ortega,Kayla Brandt,Andre Simmons,Pete Novak,Hannah Reyes,Joe Tran'.split(
  ',',
);
