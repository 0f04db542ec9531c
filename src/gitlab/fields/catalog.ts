import type { BoundField, FieldCatalog, FieldDescription } from '../../rules/index.js';
import { filledText, own } from '../event/values.js';
import type { EvaluatedEvent } from './evaluated-event.js';
import { GITLAB_FIELDS } from './table.js';

/** `gitlab.details[KEY]`, or with a dot: any key of `details`, which has no schema. */
const DETAILS = 'gitlab.details';

/** The event source `gitlab`: the fields of audit events for rules. Any event type may occur. */
export const gitlabCatalog: FieldCatalog<EvaluatedEvent> = {
  source: 'gitlab',
  eventTypes: undefined,
  typeOf: ({ event }) => event.type,
  timeOf: ({ event }) => BigInt(event.time) * 1_000_000n,
  bind,
  describe,
  // Rule files written for the Falco plugin may require it.
  plugins: [{ name: 'gitlab', version: '0.1.0' }],
};

function bind(name: string, argument: string | undefined): BoundField<EvaluatedEvent> | undefined {
  const field = Object.hasOwn(GITLAB_FIELDS, name) ? GITLAB_FIELDS[name] : undefined;
  if (field !== undefined) {
    if (argument !== undefined) return undefined;
    return { name, type: field.type, list: false, cost: 1, extract: field.extract };
  }
  const key = name.startsWith(`${DETAILS}.`) ? name.slice(DETAILS.length + 1) : argument;
  const isDetail = name === DETAILS || (name.startsWith(`${DETAILS}.`) && argument === undefined);
  if (!isDetail || key === undefined || key === '') return undefined;
  return { name, type: 'string', list: false, cost: 1, extract: ({ event }) => filledText(own(event.details, key)) };
}

function describe(): readonly FieldDescription[] {
  const plain = Object.entries(GITLAB_FIELDS).map(
    ([name, { type }]): FieldDescription => ({ name, type, list: false, argument: 'none', filled: true }),
  );
  return [...plain, { name: DETAILS, type: 'string', list: false, argument: 'required', filled: true }];
}
