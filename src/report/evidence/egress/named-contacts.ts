import { UNNAMED } from '../../../egress/destination.js';
import type { EgressRecord } from '../../../egress/record.js';
import type { Alert } from '../../../falco/alert.js';
import type { FoldedAlert } from '../../../falco/fold.js';
import type { Contacts } from './contacts.js';
import { OUTBOUND_RULE } from './direct-attempts.js';

/** The parts of the evidence to which names are added. */
interface Contacted {
  readonly egress: readonly EgressRecord[];
  readonly alerts: readonly FoldedAlert[];
  readonly contacts: Contacts;
  /** IPv4 address of the sandbox's gateway. */
  readonly gateway: string | null;
}

/**
 * In a sandbox, every name resolves to the address of the gateway. If a connection reached the gateway without a name, or was opened to one
 * of its closed ports, it is reported with the name that the same process had looked up last, because nothing else identifies the host.
 */
export function namedByLookups<T extends Contacted>(evidence: T): T {
  const asked = new AskedNames(evidence.egress, evidence.contacts);
  return {
    ...evidence,
    egress: evidence.egress.map((record) => asked.named(record)),
    alerts: evidence.alerts.map((folded) => asked.meant(folded, evidence.gateway)),
  };
}

/** Whether a direct attempt is already reported by the DNS query for its name, because that name is refused on every port. */
export function isReportedByHostName({ alert }: FoldedAlert): boolean {
  return alert.rule === OUTBOUND_RULE && alert.fields['egress.refused'] === 'true';
}

/** Which process looked up the address of which name. */
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

  /** The last DNS query of a process; undefined if none is known. */
  lastBy(alert: Alert): EgressRecord | undefined {
    return this.#byPid.get(pidOf(alert));
  }

  /** Adds the name to a record without one, if all its processes had looked up the same name. */
  named(record: EgressRecord): EgressRecord {
    if (record.host !== UNNAMED) return record;
    const names = record.clientPorts.map((port) => {
      const contact = this.contacts.behindPort(port);
      return contact === undefined ? undefined : this.lastBy(contact)?.host;
    });
    const [host, ...others] = new Set(names);
    return host === undefined || others.length > 0 ? record : { ...record, host };
  }

  /** Adds the name to a direct connection to a closed port of the gateway: it was meant for that host. */
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
