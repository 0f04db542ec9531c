import type { EgressRecord } from '../../egress/record.js';
import { type Alert, alertTimeNs } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';

/** The rules of `rules/packwarden_plumbing.yaml` that tell which process talked to the gateway. */
export const CONTACT_RULES: ReadonlySet<string> = new Set(['Packwarden name lookup', 'Packwarden proxy connection']);

/** Different questions, and different connections, of different processes: far above an honest install's. */
const MAX_KEPT = 20_000;
/** A question's id (RFC 1035 §4.1.1) is new each time. */
const QUESTION_ID_CHARS = 2;

/** What of an attempt tells who made it. */
export type Asked = Pick<EgressRecord, 'via' | 'host' | 'clientPorts'>;

/** How many processes behind one attempt are told apart. */
const MAX_ASKERS = 16;

interface Lookup {
  readonly alert: Alert;
  /** The question's bytes as Falco renders them, lower case. */
  readonly data: string;
}

/**
 * Who in a sandbox talked to its gateway: the gateway's records have names but no processes, these alerts have processes
 * but, for the proxy, no names. They meet in the DNS question's bytes, or in the connection's local port.
 */
export class Contacts {
  readonly #lookups = new Map<string, Lookup>();
  readonly #byPort = new Map<number, Alert>();
  readonly #connections = new Map<string, FoldedAlert>();

  #overflowed = 0;

  /** Questions and connections that were not remembered. */
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

  /** The first alert of a process and a peer stands for all of them, so that a flood of connections costs a number each. */
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

  /** The first alert of each process behind an attempt, in the order they came; empty when it can't be told. */
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

  /** The process that a connection to the gateway came from; undefined where no alert told of it. */
  behindPort(port: number): Alert | undefined {
    return this.#byPort.get(port);
  }

  /** Every contact, folded over the equal ones of a process, in no order between the two kinds. */
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
 * A name as it stands in a DNS question (RFC 1035 §4.1.2: length byte and label, zero at the end), the way Falco renders
 * bytes: a dot for what is not printable. Falco keeps the first 80 bytes of data, so a long name is matched as far as it got.
 */
function renderedQuestion(host: string): string {
  const labels = host.split('.').map((label) => `${renderedByte(label.length)}${label}`);
  return `${labels.join('')}.`.toLowerCase().slice(0, 60);
}

function renderedByte(value: number): string {
  return value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : '.';
}
