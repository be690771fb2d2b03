/** Reads the TwiML that an application answers with. */

export type Verb =
  | { verb: 'say'; text: string }
  | { verb: 'pause'; ms: number }
  | { verb: 'hangup' }
  | { verb: 'reject' }
  | { verb: 'redirect'; url: string }
  | {
      verb: 'dial';
      number: string;
      callerId: string | undefined;
      actionUrl: string | undefined;
      ringMs: number;
    }
  | {
      verb: 'stream';
      url: string;
      parameters: Record<string, string>;
      actionUrl: string | undefined;
      statusUrl: string | undefined;
    };

interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeText(text: string): string {
  return text.replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, entity: string) => {
    if (!entity.startsWith('#')) return ENTITIES[entity] ?? whole;
    const isHex = entity[1]?.toLowerCase() === 'x';
    return String.fromCodePoint(Number.parseInt(entity.slice(isHex ? 2 : 1), isHex ? 16 : 10));
  });
}

function readAttributes(source: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', double, single] of source.matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    attributes[name] = unescapeText(double ?? single ?? '');
  }
  return attributes;
}

const TOKEN =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z]\w*)((?:\s+[\w:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;

/** Enough of XML for TwiML. Throws on anything that is not well formed. */
function readXml(source: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  let end = 0;
  for (const match of source.matchAll(TOKEN)) {
    end = match.index + match[0].length;
    const [, slash, name, attributes = '', selfClosing, text] = match;
    const parent = open.at(-1);
    if (!parent) break;
    if (text !== undefined) parent.text += unescapeText(text);
    else if (name && slash) {
      if (open.length === 1 || open.pop()?.name !== name) throw new Error(`unexpected </${name}>`);
    } else if (name) {
      const element = { name, attributes: readAttributes(attributes), children: [], text: '' };
      parent.children.push(element);
      if (!selfClosing) open.push(element);
    }
  }
  if (end !== source.length || open.length !== 1) throw new Error(`not well formed at character ${end}`);
  return root;
}

function readStream(connect: Element): Verb {
  const stream = connect.children.find(({ name }) => name === 'Stream');
  if (!stream) throw new Error('<Connect> without <Stream>');
  const parameters: Record<string, string> = {};
  for (const { name, attributes } of stream.children) {
    if (name === 'Parameter') parameters[attributes['name'] ?? ''] = attributes['value'] ?? '';
  }
  return {
    verb: 'stream',
    url: stream.attributes['url'] ?? '',
    parameters,
    actionUrl: connect.attributes['action'],
    statusUrl: stream.attributes['statusCallback'],
  };
}

function readDial(dial: Element): Verb {
  const number = dial.children.find(({ name }) => name === 'Number')?.text ?? dial.text;
  return {
    verb: 'dial',
    number: number.trim(),
    callerId: dial.attributes['callerId'],
    actionUrl: dial.attributes['action'],
    ringMs: Number(dial.attributes['timeout'] ?? 30) * 1000,
  };
}

function readVerb(element: Element): Verb {
  switch (element.name) {
    case 'Say':
      return { verb: 'say', text: element.text.trim() };
    case 'Pause':
      return { verb: 'pause', ms: Number(element.attributes['length'] ?? 1) * 1000 };
    case 'Hangup':
      return { verb: 'hangup' };
    case 'Reject':
      return { verb: 'reject' };
    case 'Redirect':
      return { verb: 'redirect', url: element.text.trim() };
    case 'Dial':
      return readDial(element);
    case 'Connect':
      return readStream(element);
    default:
      throw new Error(`this sandbox does not know <${element.name}>`);
  }
}

/** The verbs in order. Throws, with a sentence, on a document Twilio would refuse (12100) or this sandbox cannot play. */
export function readTwiml(source: string): Verb[] {
  const [response, ...others] = readXml(source.trim()).children;
  if (response?.name !== 'Response' || others.length > 0) throw new Error('the root is not one <Response>');
  return response.children.map(readVerb);
}
