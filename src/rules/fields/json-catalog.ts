import { FALCO_EVENT_TYPES } from '../evaluate/falco-events.js';
import { bindFalcoField, describeFalcoFields, FALCO_FIELDS } from './falco-fields.js';
import type { BoundField, FieldCatalog, FieldValue } from './fields.js';

/**
 * A recorded event: Falco's field names, as written in outputs, with their values; missing values are absent or null. `{"evt.type":
 * "openat", "fd.name": "/etc/shadow", "proc.aname[2]": "npm"}`
 */
export type JsonEvent = Readonly<Record<string, unknown>>;

/** The source `syscall` for recorded events; they may contain any of Falco's fields. */
export const jsonCatalog: FieldCatalog<JsonEvent> = {
  source: 'syscall',
  eventTypes: FALCO_EVENT_TYPES,
  typeOf: (event) => String(event['evt.type'] ?? ''),
  timeOf: (event) => toNanoseconds(event['evt.time.iso8601'] ?? event['evt.rawtime']),
  bind: bindJson,
  describe: () => describeFalcoFields(() => true),
  plugins: [{ name: 'container', version: '0.6.0' }],
};

/** More expensive than an ordinary property access: every event is an object with a different shape. */
const COST = 2;

function bindJson(name: string, argument: string | undefined): BoundField<JsonEvent> | undefined {
  // Provided by the engine. All other keys contain a dot, unlike inherited properties of objects.
  if (/^evt\.(?:time|datetime|rawtime|source$)/.test(name)) return undefined;
  if (name === 'evt.dir') {
    // Recordings only contain exit events; Falco has no enter events since 0.42.
    return bindFalcoField(name, argument, (event) => anyValue(event[name]) ?? '<');
  }
  const value = name === 'evt.rawarg' || FALCO_FIELDS.get(name)?.type === 'number' ? numberValue : anyValue;
  const keys = argument === undefined ? [name] : [`${name}[${argument}]`, `${name}.${argument}`];
  const [first = name, second] = keys;
  if (second === undefined) return bindFalcoField(name, argument, (event) => value(event[first]), COST);
  return bindFalcoField(name, argument, (event) => value(event[first] ?? event[second]), COST);
}

/** A large integer may be given as the text of its digits (`parseJsonEvent`). */
function numberValue(raw: unknown): FieldValue | undefined {
  return typeof raw === 'string' && /^-?\d{16,20}$/.test(raw) ? BigInt(raw) : anyValue(raw);
}

function anyValue(raw: unknown): FieldValue | undefined {
  switch (typeof raw) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return raw;
    default:
      return Array.isArray(raw) ? raw.map(String) : undefined;
  }
}

/** Nanoseconds as number or text, or an ISO date; defaults to the epoch. */
function toNanoseconds(raw: unknown): bigint {
  if (typeof raw === 'bigint') return raw;
  if (typeof raw === 'number' && Number.isFinite(raw)) return BigInt(Math.trunc(raw));
  if (typeof raw !== 'string') return 0n;
  if (/^\d{1,20}$/.test(raw)) return BigInt(raw);
  const seconds = Date.parse(raw.replace(/\.\d+/, '').replace(/\+0000$/, 'Z'));
  if (Number.isNaN(seconds)) return 0n;
  const nanos = /\.(\d{1,9})/.exec(raw)?.[1] ?? '0';
  return BigInt(seconds) * 1_000_000n + BigInt(nanos.padEnd(9, '0'));
}

const BIG_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d{16,20}(?![\d.eE])/g;

/**
 * Parses a recorded event. Falco writes times as numbers of nanoseconds, which JSON.parse would round, so such numbers are kept as the text
 * of their digits. @throws SyntaxError if it is not JSON or not an object
 */
export function parseJsonEvent(text: string): JsonEvent {
  const exact = text.replace(BIG_NUMBERS, (token) => (token.startsWith('"') ? token : `"${token}"`));
  const event: unknown = JSON.parse(exact);
  if (typeof event === 'object' && event !== null && !Array.isArray(event)) return event as JsonEvent;
  throw new SyntaxError('an event is a JSON object');
}
