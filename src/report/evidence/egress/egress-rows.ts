import type { EgressEvidence } from '../../../egress/evidence.js';
import { type EgressRecord, OVERFLOW_HOST } from '../../../egress/record.js';
import type { Alert } from '../../../falco/alert.js';
import type { FoldedAlert } from '../../../falco/fold.js';
import { NOTHING_WRITTEN } from '../../attribution/actor.js';
import { type Actors, type Attribution, attribute } from '../../attribution/attribution.js';
import { namedBy } from '../../attribution/refine/acting-code.js';
import { isoTime } from '../../findings/findings.js';
import type { Report } from '../../report.js';
import { counted } from '../../text/counted.js';
import type { IncompleteReason } from '../../verdict/verdict.js';
import type { Contacts } from './contacts.js';
import { type DirectAttempt, directAttempts } from './direct-attempts.js';

type EgressRow = Report['egress'][number];

/** Finds the package and the processes behind an attempt, as far as they are known. */
type Behind = (alert: Alert) => Pick<Attribution, 'package' | 'processes'>;

/** All attempts to reach a host: those that the gateway recorded, and the direct ones in `alerts` that bypassed it. */
export function egressRows(
  { egress, contacts }: { readonly egress: readonly EgressRecord[]; readonly contacts: Contacts },
  alerts: readonly FoldedAlert[],
  actors: Actors,
): EgressRow[] {
  const behind: Behind = (alert) => {
    const { package: by, processes } = attribute(alert, actors);
    const named = namedBy(alert, actors, NOTHING_WRITTEN);
    return { processes, package: named === undefined ? by : actors.packages.ref(named.by) };
  };
  return [
    ...egress.map((record) => recordRow(record, contacts.of(record)[0], behind)),
    ...directAttempts(alerts).map((attempt) => directRow(attempt, behind)),
  ];
}

/** A record of the gateway as a row of the report; `contact` is the first alert of a process behind it. */
function recordRow(record: EgressRecord, contact: Alert | undefined, behind: Behind): EgressRow {
  const { host, port, via, allowed, count, bytesSent, bytesReceived } = record;
  const times = { first: new Date(record.first).toISOString(), last: new Date(record.last).toISOString() };
  const traffic = { host, port, via, allowed, count, bytesSent, bytesReceived };
  const by = contact === undefined ? { process: null, package: null } : who(contact, behind);
  return { ...traffic, ...times, ...by, ...contentOf(record) };
}

/** What was sent, as far as it could be read. */
function contentOf({
  tells = [],
  requests,
  requestsLeft,
  unread,
}: EgressRecord): Pick<EgressRow, 'tells' | 'requests' | 'requestsLeft' | 'unread'> {
  return {
    ...(tells.length === 0 ? {} : { tells: [...tells] }),
    ...(requests.length === 0
      ? {}
      : {
          requests: requests.map(({ at, headers, headerValues: _values, tells, clientPorts: _ports, ...rest }) => {
            return { ...rest, headers: [...headers], tells: [...tells], first: new Date(at).toISOString() };
          }),
        }),
    ...(requestsLeft === 0 ? {} : { requestsLeft }),
    ...(unread.length === 0 ? {} : { unread: unread.map((contact) => ({ ...contact })) }),
  };
}

/** A direct attempt as a row of the report: none of its packets left the sandbox's network. */
function directRow({ host, port, alert, count, first, last }: DirectAttempt, behind: Behind): EgressRow {
  const traffic = { host, port, via: 'direct', allowed: false, count, bytesSent: 0, bytesReceived: 0 } as const;
  return { ...traffic, first: isoTime(first), last: isoTime(last), ...who(alert, behind) };
}

/**
 * Reports that limits were exceeded. Attempts beyond the limit were only counted, so their hosts and packages are not known. Request bodies
 * beyond the limit were searched for planted values as they arrived, but not inspected in any other way.
 */
export function egressFaults({
  egress,
  leaks,
  unreadBodies,
}: Pick<EgressEvidence, 'egress' | 'leaks' | 'unreadBodies'>): readonly IncompleteReason[] {
  const others = [...egress, ...leaks]
    .filter(({ host }) => host === OVERFLOW_HOST)
    .reduce((sum, { count }) => sum + count, 0);
  const attempts = `there were ${others} more attempts to reach something than a report can distinguish`;
  const bodies = `programs sent more than is read in one run: the bodies of ${counted(unreadBodies, 'request')} were not read, or not completely`;
  return [
    ...(others === 0 ? [] : [{ code: 'alerts-overflowed', message: attempts } as const]),
    ...(unreadBodies === 0 ? [] : [{ code: 'bodies-unread', message: bodies } as const]),
  ];
}

function who(alert: Alert, behind: Behind): Pick<EgressRow, 'process' | 'package'> {
  const { package: by, processes } = behind(alert);
  const { 'proc.pid': pid, 'proc.cmdline': cmdline = '', 'proc.cwd': cwd = '' } = alert.fields;
  const itself = pid === undefined ? null : { pid: Number(pid), cmdline, cwd };
  return { process: processes[0] ?? itself, package: by };
}
