import type { EgressRecord } from '../../../egress/record.js';
import { type Alert, alertTimeNs } from '../../../falco/alert.js';
import type { FoldedAlert } from '../../../falco/fold.js';

/** The rules of `rules/packwarden_plumbing.yaml` that report which process communicated with the gateway. */
export const CONTACT_RULES: ReadonlySet<string> = new Set(['Packwarden name lookup', 'Packwarden proxy connection']);

/** Limit for the distinct queries, and for the distinct connections, of all processes: far above those of an honest install. */
const MAX_KEPT = 20_000;
/** The id of a DNS query (RFC 1035 §4.1.1) differs each time, so it is left out when queries are compared. */
const QUESTION_ID_CHARS = 2;

/** The parts of a record by which the processes behind an attempt are found. */
export type Asked = Pick<EgressRecord, 'via' | 'host' | 'clientPorts'>;

/** How many processes behind one attempt are distinguished. */
const MAX_ASKERS = 16;

interface Lookup {
  readonly alert: Alert;
  /** The bytes of the query as rendered by Falco, in lower case. */
  readonly data: string;
}

/**
 * The processes of a sandbox that communicated with its gateway. The gateway's records contain names but no processes; these alerts contain
 * processes, but no names for connections to the proxy. They are matched by the bytes of the DNS query, or by the local port of the
 * connection.
 */
export class Contacts {
  readonly #lookups = new Map<string, Lookup>();
  readonly #byPort = new Map<number, Alert>();
  readonly #connections = new Map<string, FoldedAlert>();

  #overflowed = 0;

  /** Number of queries and connections that were dropped because there were too many. */
  get overflowed(): number {
    return this.#overflowed;
  }

  add(alert: Alert): void {
    if (alert.rule === 'Packwarden name lookup') {
      this.#addLookup(alert);
      return;
    }
    const port = localPort(alert.fields['fd.name']);
    if (port === undefined) return;
    const kept = this.#keptConnection(alert);
    if (kept !== undefined) this.#byPort.set(port, kept);
  }

  /** The first alert of a process and a peer represents all of them, so that each further connection costs only one number. */
  #keptConnection(alert: Alert): Alert | undefined {
    const { 'proc.pid': pid, 'proc.vpid': vpid, 'fd.name': connection = '' } = alert.fields;
    const key = `${pid} ${vpid} ${connection.split('->')[1]}`;
    const known = this.#connections.get(key);
    const at = alertTimeNs(alert);
    if (known !== undefined) {
      this.#connections.set(key, { ...known, count: known.count + 1, last: at });
      return known.alert;
    }
    if (this.#connections.size >= MAX_KEPT) {
      this.#overflowed += 1;
      return undefined;
    }
    this.#connections.set(key, { alert, count: 1, first: at, last: at });
    return alert;
  }

  #addLookup(alert: Alert): void {
    const data = (alert.fields['evt.arg.data'] ?? '').toLowerCase();
    const key = `${alert.fields['proc.pid']}\0${data.slice(QUESTION_ID_CHARS)}`;
    if (this.#lookups.has(key)) return;
    if (this.#lookups.size >= MAX_KEPT) this.#overflowed += 1;
    else this.#lookups.set(key, { alert, data });
  }

  /** The first alert of each process behind an attempt, in order of arrival; empty if none was observed. */
  of({ via, host, clientPorts }: Asked): readonly Alert[] {
    const alerts = via === 'dns' ? this.#askingFor(host) : this.#fromPorts(clientPorts);
    const byProcess = new Map<string, Alert>();
    for (const alert of alerts) {
      const pid = alert.fields['proc.pid'] ?? '';
      if (!byProcess.has(pid)) byProcess.set(pid, alert);
      if (byProcess.size >= MAX_ASKERS) break;
    }
    return [...byProcess.values()];
  }

  /** The process that opened a connection to the gateway; undefined if no alert reported it. */
  behindPort(port: number): Alert | undefined {
    return this.#byPort.get(port);
  }

  /** Every contact, with equal ones of a process merged: first all DNS queries, then all connections. */
  *all(): Iterable<FoldedAlert> {
    for (const { alert } of this.#lookups.values()) {
      const at = alertTimeNs(alert);
      yield { alert, count: 1, first: at, last: at };
    }
    yield* this.#connections.values();
  }

  #fromPorts(ports: readonly number[]): readonly Alert[] {
    return ports.flatMap((port) => this.#byPort.get(port) ?? []);
  }

  #askingFor(host: string): readonly Alert[] {
    const question = renderedQuestion(host);
    return [...this.#lookups.values()].filter(({ data }) => data.includes(question)).map(({ alert }) => alert);
  }
}

/** `172.18.0.2:40000->172.18.0.1:3128` → 40000 */
function localPort(connection: string | undefined): number | undefined {
  const match = /:(\d+)->/.exec(connection ?? '');
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/**
 * A name as encoded in a DNS query (RFC 1035 §4.1.2: length byte and label, zero at the end) and rendered by Falco, with a dot for every
 * byte that is not printable. Falco keeps only the first 80 bytes of data, so a long name is compared by its beginning.
 */
function renderedQuestion(host: string): string {
  const labels = host.split('.').map((label) => `${renderedByte(label.length)}${label}`);
  return `${labels.join('')}.`.toLowerCase().slice(0, 60);
}

function renderedByte(value: number): string {
  return value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '.';
}
