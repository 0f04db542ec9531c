import type { EgressRecord } from '../egress/record.js';
import type { Alert } from '../falco/alert.js';
import type { FoldedAlert } from '../falco/fold.js';

/** The rule name under which the gateway's refusals are reported. */
export const REFUSED_EGRESS_RULE = 'Egress refused by the gateway';

/**
 * What the gateway refused, as an alert of source `egress`: evidence with a host name, which no system call has. A name
 * that does not resolve leaves no connection to see, so without this a `fetch` of an unknown host would look clean.
 * `contact` is the alert of the process that asked, where it is known.
 */
export function refusedEgressAlert(
  record: EgressRecord,
  contact: Alert | undefined,
  containerId: string,
  hostname: string,
): FoldedAlert {
  const target = record.port === null ? record.host : `${record.host}:${record.port}`;
  const alert: Alert = {
    time: contact?.time ?? {
      seconds: String(Math.floor(record.first / 1000)),
      nanos: (record.first % 1000) * 1_000_000,
    },
    priority: 'WARNING',
    source: 'egress',
    rule: REFUSED_EGRESS_RULE,
    output: `Egress refused by the gateway (host=${record.host} port=${record.port ?? '<NA>'} via=${record.via} count=${record.count})`,
    fields: {
      ...processFields(contact),
      'container.id': containerId.slice(0, 12),
      'egress.target': target,
      'egress.host': record.host,
      'egress.via': record.via,
      ...(record.port === null ? {} : { 'egress.port': String(record.port) }),
    },
    hostname,
    tags: ['packwarden', 'network', 'egress'],
  };
  const ns = (ms: number): bigint => BigInt(Math.floor(ms)) * 1_000_000n;
  return { alert, count: record.count, first: ns(record.first), last: ns(record.last) };
}

/** What of the asking process's alert tells who it was. */
function processFields(contact: Alert | undefined): Record<string, string> {
  const fields = Object.entries(contact?.fields ?? {}).filter(([name]) => name.startsWith('proc.'));
  return Object.fromEntries(fields);
}
