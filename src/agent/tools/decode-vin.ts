/** What a VIN that the caller reads out says of the car, and whether it can be right. */
import { z } from 'zod';
import { defineTool } from '../tool.ts';

const GO_ON = 'Offer to read it once more, at most; then go on without it, the booking does not need it.';

export const decodeVin = defineTool({
  name: 'decode_vin',
  description:
    'Check a VIN that the caller reads out, and get make, year and model. Never needed for a booking. It tells nothing about recalls: for those the advisor runs the VIN.',
  effect: 'read',
  level: 0,
  arguments: z.object({
    vin: z.string().describe('as heard: letters and digits; spaces do not matter'),
  }),
  async run({ vin }, { vinDecoder }) {
    const { isValid, length, make, year, model, suggestion } = await vinDecoder.decode(vin);
    const data = { valid_check_digit: isValid, make, year, model, suggestion: suggestion ?? null };
    if (isValid) {
      const car = [year, make, model].filter((fact) => fact !== null).join(' ');
      const message =
        car === ''
          ? 'The VIN is well formed, but says nothing of make and model: ask.'
          : `The VIN belongs to a ${car}. Ask whether that is right${model === null ? ', and for the model' : ''}.`;
      return { success: true, data, message };
    }
    if (suggestion !== undefined) {
      return {
        success: true,
        data,
        message: `Not right as heard, perhaps one character was misheard. Ask whether its last eight are ${suggestion.slice(-8)}, and take the suggestion only after a yes. ${GO_ON}`,
      };
    }
    const why =
      length === 17 ? 'The VIN cannot be right as heard.' : `A VIN has 17 characters; ${length} were heard.`;
    return { success: true, data, message: `${why} ${GO_ON}` };
  },
});
