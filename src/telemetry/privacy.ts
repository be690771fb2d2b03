/** What may be written down of a logged object, of an error, and of a finished log line. */

/** Field names, in lower case without separators, that hold personal data or secrets wherever they appear. */
const PRIVATE = new Set([
  'phone',
  'callerphone',
  'phonenumber',
  'email',
  'firstname',
  'lastname',
  'fullname',
  'dateofbirth',
  'address',
  'street',
  'vin',
  'licenseplate',
  'text',
  'transcript',
  'arguments',
  'params',
  'token',
  'authtoken',
  'accesstoken',
  'refreshtoken',
  'apikey',
  'authorization',
  'cookie',
  'password',
  'secret',
  'clientsecret',
  'signature',
  'xtwiliosignature',
]);
const HIDDEN = '[private]';

/**
 * What may be kept of an error. The database driver puts the parameters of a query into its messages, and the server
 * the values that it could not read (SQLSTATE class 22); both are personal data. What is no error passes unchanged.
 */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  let message = withoutParameters(error.message);
  if (code && /^22[0-9A-Z]{3}$/.test(code)) message = message.replace(/"[^"]*"/g, `"${HIDDEN}"`);
  return {
    name,
    message,
    ...(code ? { code } : {}),
    ...(stack ? { stack: [`${name}: ${message}`, ...framesOf(stack, error.message)].join('\n') } : {}),
    ...(cause === undefined ? {} : { cause: cause instanceof Error ? describeError(cause) : 'not an Error' }),
  };
}

/** The same for errors among the fields of an entry. */
export function describeErrors(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, describeError(value)]));
}

/** A stack repeats the message first; what follows it are the frames. */
function framesOf(stack: string, message: string): string[] {
  const rest = stack.includes(message) ? stack.slice(stack.lastIndexOf(message) + message.length) : stack;
  return rest.split('\n').filter((line) => /^\s+at /.test(line));
}

/** Personal data that would be recognised anywhere: E.164 and North American numbers, addresses of mail, VINs. */
const PATTERNS = [
  /\+\d{7,15}/g,
  /(?<![\w-])\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?![\w-])/g,
  // The look behind keeps a long word from being tried at each of its letters.
  /(?<![\w.%+-])[\w.%+-]+@[\w-]+(?:\.[\w-]+)+/g,
  /\b(?=\d*[A-Z])(?=[A-Z]*\d)[A-HJ-NPR-Z0-9]{17}\b/g,
];

/** The last look at an entry, one line of JSON: hides private fields at every depth, and what stands in its sentences. */
export function hidePrivate(line: string): string {
  const entry: unknown = JSON.parse(line, (name, value: unknown) => {
    if (PRIVATE.has(name.replace(/[_-]/g, '').toLowerCase())) return HIDDEN;
    return typeof value === 'string' ? scrub(value) : value;
  });
  return `${JSON.stringify(entry)}\n`;
}

function scrub(text: string): string {
  // A driver's message that somebody logged as text.
  return PATTERNS.reduce((clean, pattern) => clean.replace(pattern, HIDDEN), withoutParameters(text));
}

const withoutParameters = (text: string) => text.replace(/\nparams:[\s\S]*$/, '');
