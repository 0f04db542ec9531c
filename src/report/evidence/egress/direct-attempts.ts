import type { Alert } from '../../../falco/alert.js';
import type { FoldedAlert } from '../../../falco/fold.js';

/** The rules of `rules/packwarden_network.yaml` that report what a process tried to reach without using the gateway. */
export const METADATA_RULE = 'Contact with the cloud metadata service';
export const OUTBOUND_RULE = 'Outbound connection past the gateway';
const DIRECT_RULES: ReadonlySet<string> = new Set([OUTBOUND_RULE, METADATA_RULE]);

/**
 * An address that a process tried to reach directly, or the name that it had looked up before. The alerts are reported as findings anyway;
 * here they become rows of the report, next to the gateway's records.
 */
export interface DirectAttempt {
  readonly host: string;
  readonly port: number | null;
  /** The alert of the first attempt. */
  readonly alert: Alert;
  readonly count: number;
  /** Nanoseconds since the epoch. */
  readonly first: bigint;
  readonly last: bigint;
}

/** The attempts to bypass the gateway, with those for equal addresses and ports merged. */
export function directAttempts(alerts: readonly FoldedAlert[]): readonly DirectAttempt[] {
  const attempts = new Map<string, DirectAttempt>();
  const seen = new Set<string>();
  for (const { alert, count, first, last } of alerts) {
    const { 'fd.sip': address, 'fd.sport': port, 'proc.pid': pid } = alert.fields;
    const host = alert.fields['egress.host'] ?? address;
    if (!DIRECT_RULES.has(alert.rule) || host === undefined) continue;
    // One connection may have triggered both rules.
    const event = `${first} ${pid} ${host}`;
    if (seen.has(event)) continue;
    seen.add(event);
    const key = `${host} ${port}`;
    const known = attempts.get(key);
    attempts.set(key, {
      host,
      port: port === undefined ? null : Number(port),
      alert: known?.alert ?? alert,
      count: (known?.count ?? 0) + count,
      first: known !== undefined && known.first < first ? known.first : first,
      last: known !== undefined && known.last > last ? known.last : last,
    });
  }
  return [...attempts.values()];
}
