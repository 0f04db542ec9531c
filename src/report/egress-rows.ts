import type { EgressRecord } from '../egress/record.js';
import type { Alert } from '../falco/alert.js';
import type { Attribution } from './attribution.js';
import type { DirectAttempt } from './direct-attempts.js';
import { isoTime } from './findings.js';
import type { Report } from './report.js';

type EgressRow = Report['egress'][number];

/** Who was behind an attempt, as far as it is known. */
type Behind = (alert: Alert) => Attribution;

/** A gateway's record in the report; `contact` is the first alert of a process that asked. */
export function recordRow(record: EgressRecord, contact: Alert | undefined, behind: Behind): EgressRow {
  const { host, port, via, allowed, count, bytesSent, bytesReceived } = record;
  const times = { first: new Date(record.first).toISOString(), last: new Date(record.last).toISOString() };
  const traffic = { host, port, via, allowed, count, bytesSent, bytesReceived };
  return { ...traffic, ...times, ...(contact === undefined ? { process: null, package: null } : who(contact, behind)) };
}

/** A direct attempt in the report: no packet of it has left the sandbox's network. */
export function directRow({ host, port, alert, count, first, last }: DirectAttempt, behind: Behind): EgressRow {
  const traffic = { host, port, via: 'direct', allowed: false, count, bytesSent: 0, bytesReceived: 0 } as const;
  return { ...traffic, first: isoTime(first), last: isoTime(last), ...who(alert, behind) };
}

function who(alert: Alert, behind: Behind): Pick<EgressRow, 'process' | 'package'> {
  const { package: by, processes } = behind(alert);
  const { 'proc.pid': pid, 'proc.cmdline': cmdline = '', 'proc.cwd': cwd = '' } = alert.fields;
  const itself = pid === undefined ? null : { pid: Number(pid), cmdline, cwd };
  return { process: processes[0] ?? itself, package: by };
}
