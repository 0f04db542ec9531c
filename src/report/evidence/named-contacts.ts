import { UNNAMED } from '../../egress/destination.js';
import type { EgressRecord } from '../../egress/record.js';
import type { Alert } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';
import type { Contacts } from './contacts.js';
import { OUTBOUND_RULE } from './direct-attempts.js';

/** What of the evidence is told by names. */
interface Contacted {
  readonly egress: readonly EgressRecord[];
  readonly alerts: readonly FoldedAlert[];
  readonly contacts: Contacts;
  /** IPv4 address of the sandbox's gateway. */
  readonly gateway: string | null;
}

/**
 * To a sandbox every name leads to its gateway. What reached the gateway without a name, and what tried one of its ports where nobody listens,
 * is told by the name whose address the same process had asked for last: nothing that it sent says more.
 */
export function namedByLookups<T extends Contacted>(evidence: T): T {
  const asked = new AskedNames(evidence.egress, evidence.contacts);
  return {
    ...evidence,
    egress: evidence.egress.map((record) => asked.named(record)),
    alerts: evidence.alerts.map((folded) => asked.meant(folded, evidence.gateway)),
  };
}

/** Whether a direct attempt is told by the question for its name already: that name is refused, by whatever port. */
export function isToldByName({ alert }: FoldedAlert): boolean {
  return alert.rule === OUTBOUND_RULE && alert.fields['egress.refused'] === 'true';
}

/** Which process asked for which name's address. */
class AskedNames {
  readonly #byPid = new Map<string, EgressRecord>();

  constructor(
    records: readonly EgressRecord[],
    private readonly contacts: Contacts,
  ) {
    const lookups = records.filter(({ via }) => via === 'dns').toSorted((a, b) => a.last - b.last);
    for (const record of lookups) {
      for (const asking of contacts.of(record)) this.#byPid.set(pidOf(asking), record);
    }
  }

  /** The question that a process asked last; undefined where it asked none that is known. */
  lastBy(alert: Alert): EgressRecord | undefined {
    return this.#byPid.get(pidOf(alert));
  }

  /** A contact that named nobody, by the name that all its processes had asked for. */
  named(record: EgressRecord): EgressRecord {
    if (record.host !== UNNAMED) return record;
    const names = record.clientPorts.map((port) => {
      const contact = this.contacts.behindPort(port);
      return contact === undefined ? undefined : this.lastBy(contact)?.host;
    });
    const [host, ...others] = new Set(names);
    return host === undefined || others.length > 0 ? record : { ...record, host };
  }

  /** A connection to another port of the gateway, where nobody listens: meant for the name. */
  meant(folded: FoldedAlert, gateway: string | null): FoldedAlert {
    const { alert } = folded;
    const asked = alert.rule === OUTBOUND_RULE && alert.fields['fd.sip'] === gateway ? this.lastBy(alert) : undefined;
    if (asked === undefined) return folded;
    const fields = { ...alert.fields, 'egress.host': asked.host, 'egress.refused': String(!asked.allowed) };
    return { ...folded, alert: { ...alert, output: `${alert.output} name=${asked.host}`, fields } };
  }
}

function pidOf(alert: Alert): string {
  return alert.fields['proc.pid'] ?? '';
}
