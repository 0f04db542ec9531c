import {
  type BoundField,
  bindFalcoField,
  bindUnfilled,
  describeFalcoFields,
  FALCO_EVENT_TYPES,
  type FieldCatalog,
} from '../../rules/index.js';
import type { SensorEvent } from '../event/event.js';
import { SEEN_TYPES } from '../event/syscalls.js';
import { eventsOf } from './events-of.js';
import { EVT_FIELDS } from './evt.js';
import { FD_FIELDS } from './fd.js';
import { IDENTITY_FIELDS } from './identity.js';
import { PROC_FIELDS } from './proc.js';

const MAKERS = new Map(Object.entries({ ...EVT_FIELDS, ...PROC_FIELDS, ...FD_FIELDS, ...IDENTITY_FIELDS }));

/** Fields that the rule engine fills for every source: times and `evt.source`. */
const ENGINE_FIELDS = /^evt\.(?:time|datetime|rawtime|source)/;

/** The event source `syscall`. Fields that Falco fills and this sensor doesn't are missing on every event. */
export const syscallCatalog: FieldCatalog<SensorEvent> = {
  source: 'syscall',
  eventTypes: FALCO_EVENT_TYPES,
  seenTypes: SEEN_TYPES,
  typeOf: (event) => event.type,
  timeOf: (event) => event.record.timeNs,
  bind,
  describe: () => describeFalcoFields(isFilled, eventsOf),
  plugins: [{ name: 'container', version: '0.6.0' }],
};

function isFilled(name: string): boolean {
  return MAKERS.has(name) || name === 'evt.dir' || ENGINE_FIELDS.test(name);
}

function bind(name: string, argument: string | undefined): BoundField<SensorEvent> | undefined {
  if (ENGINE_FIELDS.test(name)) return undefined;
  if (name === 'evt.dir') {
    // Calls are recorded when they return, as in Falco 0.42 and later.
    const field = bindFalcoField<SensorEvent>(name, argument, () => '<');
    return field && { ...field, constant: '<' };
  }
  const maker = MAKERS.get(name);
  if (maker === undefined) return bindUnfilled(name, argument);
  const source = maker(argument);
  if (source === undefined) return undefined;
  return bindFalcoField(name, argument, source.extract, source.cost);
}
