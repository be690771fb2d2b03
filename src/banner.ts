/** What a person sees when the server has started. */
import { styleText } from 'node:util';

export interface BannerFacts {
  name: string;
  address: string;
  phoneNumber: string;
  vendors: Readonly<Record<string, 'live' | 'sandbox'>>;
  database: string;
  cache: string;
}

export function drawBanner({ name, address, phoneNumber, vendors, database, cache }: BannerFacts): string {
  const label = (text: string) => styleText('dim', text.padEnd(12));
  const kinds = Object.entries(vendors)
    .map(([vendor, kind]) => `${vendor} ${styleText(kind === 'live' ? 'green' : 'yellow', kind)}`)
    .join('   ');
  const isSandbox = vendors['Twilio'] === 'sandbox';
  return [
    '',
    `  ${styleText('bold', `${name} service line`)} is answering.`,
    '',
    `  ${label('Page')}${address}`,
    `  ${label('Vendors')}${kinds}`,
    `  ${label('Data')}${database}, cache in ${cache}`,
    `  ${label('Call')}${isSandbox ? 'in a second terminal: npm run call' : phoneNumber}`,
    ...(isSandbox ? [`  ${label('')}or see a whole call play: npm run demo`] : []),
    '',
    '',
  ].join('\n');
}
