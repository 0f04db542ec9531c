import type { DataNames } from '../../../egress/content/data-names.js';
import type { EgressLeak } from '../../../egress/content/leak.js';
import type { EgressRecord } from '../../../egress/record.js';
import { type Alert, type Priority, processFields, shortContainerId } from '../../../falco/alert.js';
import type { FoldedAlert } from '../../../falco/fold.js';
import { assessContact, type Sent } from '../../contact-meaning/meaning.js';
import type { Sites } from '../../contact-meaning/own-site.js';
import type { Asked } from '../../evidence/egress/contacts.js';
import { METADATA_RULE } from '../../evidence/egress/direct-attempts.js';
import { mostTelling, sentLine } from '../../evidence/egress/sent.js';
import { plain } from '../../text/plain.js';

/** The rule names under which the gateway's observations are reported. */
export const REFUSED_EGRESS_RULE = 'Egress refused by the gateway';
export const PERMITTED_CONTACT_RULE = 'Contact with a permitted host';
export const LEAK_RULE = 'Decoy left the sandbox';
export const DATA_NAMES_RULE = 'Data in host names';

/** Where cloud providers hand out a machine's credentials; programs can also ask for these hosts by name, through the proxy. */
const METADATA_HOSTS: ReadonlySet<string> = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '100.100.100.200',
  'fd00:ec2::254',
  'metadata.google.internal',
]);

/** Something that the gateway observed and that becomes a finding or observation. */
export interface GatewayObservation {
  readonly rule: string;
  readonly priority: Priority;
  readonly output: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Identifies the contacts of the processes that asked. */
  readonly asked: Asked;
  /** What was sent, if the observation is rated by it. */
  readonly sent?: Sent | undefined;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
}

/**
 * A refused attempt. The gateway knows the host's name, which no system call shows. A name that does not resolve leads to no
 * connection, so without this observation a `fetch` of an unknown host would look clean.
 */
export function refusedEgress(record: EgressRecord): GatewayObservation {
  const refused = contact(record, { rule: REFUSED_EGRESS_RULE, priority: 'WARNING' });
  if (!METADATA_HOSTS.has(record.host)) return refused;
  return { ...refused, rule: METADATA_RULE, priority: 'CRITICAL', sent: undefined };
}

/**
 * A contact with a permitted host. It is not a finding by itself unless it reveals something about the sandbox, but it can be a
 * part of a correlated finding, e.g. if credentials were read before and something unreadable was sent.
 */
export function permittedContact(record: EgressRecord): GatewayObservation {
  return contact(record, { rule: PERMITTED_CONTACT_RULE, priority: 'NOTICE' });
}

function contact(
  record: EgressRecord,
  { rule, priority }: Pick<GatewayObservation, 'rule' | 'priority'>,
): GatewayObservation {
  const { host, port, via, count, first, last } = record;
  return {
    rule,
    priority,
    output: `${rule} (host=${host} port=${port ?? '<NA>'} via=${via} count=${count})`,
    fields: targetFields(host, port, via),
    asked: record,
    sent: record,
    count,
    first,
    last,
  };
}

/**
 * The observation for one package: with what this package itself sent, and what that means. `sites`: what is known to
 * belong to the package, and to the package that ran it.
 */
export function assessedByContent(observation: GatewayObservation, sent: Sent, sites: Sites): GatewayObservation {
  const { meaning, isOwn } = assessContact(sent, sites);
  const telling = mostTelling(sent.requests);
  const inName = sent.tells === undefined ? '' : `the name contains ${sent.tells.join(', ')}`;
  const line = telling === undefined ? inName : plain(sentLine(telling));
  return {
    ...observation,
    priority: meaning === 'identity' ? 'CRITICAL' : observation.priority,
    output: line === '' ? observation.output : `${observation.output} ${line}`,
    fields: {
      ...observation.fields,
      'egress.means': meaning,
      'egress.own': String(isOwn),
      ...(line === '' ? {} : { 'egress.sent': line }),
    },
  };
}

/**
 * A planted secret in outgoing traffic. It does not matter whether the gateway let it through. `sent`: the requests that it was in, if it was
 * a token that was sent to its issuer, where an honest program may have to show it.
 */
export function leakedDecoy(leak: EgressLeak, sent?: Sent): GatewayObservation {
  const { secret, host, port, via, where, encoding, count, first, last } = leak;
  return {
    rule: LEAK_RULE,
    priority: 'CRITICAL',
    output: `decoy ${secret} left the sandbox towards host ${host} (where=${where} encoding=${encoding} via=${via} port=${port ?? '<NA>'} count=${count})`,
    fields: {
      ...targetFields(host, port, via),
      'egress.decoy': secret,
      'egress.where': where,
      'egress.encoding': encoding,
    },
    asked: { via, host: leak.asked, clientPorts: leak.clientPorts },
    sent,
    count,
    first,
    last,
  };
}

/** Data encoded in host names (DNS tunnelling); it may be anything. */
export function dataInNames(found: DataNames): GatewayObservation {
  const { parent, via, example, names, payload, severity, first, last, clientPorts } = found;
  return {
    rule: DATA_NAMES_RULE,
    priority: severity === 'certain' ? 'CRITICAL' : 'WARNING',
    output: `Host names carry data (parent=${parent} names=${names} characters=${payload} example=${example} via=${via})`,
    fields: { ...targetFields(parent, null, via), 'egress.names': String(names), 'egress.example': example },
    asked: { via, host: example, clientPorts },
    count: names,
    first,
    last,
  };
}

function targetFields(host: string, port: number | null, via: string): Record<string, string> {
  const target = port === null ? host : `${host}:${port}`;
  return {
    'egress.target': target,
    'egress.host': host,
    'egress.via': via,
    ...(port === null ? {} : { 'egress.port': String(port) }),
  };
}

/** The sandbox that an alert of the gateway belongs to. */
export interface GatewayOrigin {
  readonly containerId: string;
  readonly hostname: string;
}

/** The observation as an alert of source `egress`. `contact`: the alert of a process that asked, if one is known. */
export function toAlert(
  observation: GatewayObservation,
  contact: Alert | undefined,
  count: number,
  { containerId, hostname }: GatewayOrigin,
): FoldedAlert {
  const { rule, priority, output, fields, first, last } = observation;
  const alert: Alert = {
    time: contact?.time ?? { seconds: String(Math.floor(first / 1000)), nanos: (first % 1000) * 1_000_000 },
    priority,
    source: 'egress',
    rule,
    output,
    fields: { ...(contact && processFields(contact)), 'container.id': shortContainerId(containerId), ...fields },
    hostname,
    tags: ['packwarden', 'network', 'egress'],
  };
  const ns = (ms: number): bigint => BigInt(Math.floor(ms)) * 1_000_000n;
  return { alert, count, first: ns(first), last: ns(last) };
}
