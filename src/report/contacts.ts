import type { EgressRecord } from '../egress/record.js';
import type { Alert } from '../falco/alert.js';

/** The rules of `rules/packwarden_plumbing.yaml` that tell which process talked to the gateway. */
export const CONTACT_RULES: ReadonlySet<string> = new Set(['Packwarden name lookup', 'Packwarden proxy connection']);

/** Far above an honest install's; beyond it, egress is reported without a package. */
const MAX_CONTACTS = 20_000;

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
  readonly #lookups: Lookup[] = [];
  readonly #byPort = new Map<number, Alert>();

  add(alert: Alert): void {
    if (this.#lookups.length + this.#byPort.size >= MAX_CONTACTS) return;
    if (alert.rule === 'Packwarden name lookup') {
      this.#lookups.push({ alert, data: (alert.fields['evt.arg.data'] ?? '').toLowerCase() });
      return;
    }
    const port = localPort(alert.fields['fd.name']);
    if (port !== undefined) this.#byPort.set(port, alert);
  }

  /** The first alert of each process behind an attempt, in the order they came; empty when it can't be told. */
  of({ via, host, clientPorts }: Asked): readonly Alert[] {
    const alerts = via === 'proxy' ? this.#fromPorts(clientPorts) : this.#askingFor(host);
    const byProcess = new Map<string, Alert>();
    for (const alert of alerts) {
      const pid = alert.fields['proc.pid'] ?? '';
      if (!byProcess.has(pid)) byProcess.set(pid, alert);
      if (byProcess.size >= MAX_ASKERS) break;
    }
    return [...byProcess.values()];
  }

  /** Every alert, in no order between the two kinds. */
  *all(): Iterable<Alert> {
    for (const { alert } of this.#lookups) yield alert;
    yield* this.#byPort.values();
  }

  #fromPorts(ports: readonly number[]): readonly Alert[] {
    return ports.flatMap((port) => this.#byPort.get(port) ?? []);
  }

  #askingFor(host: string): readonly Alert[] {
    const question = renderedQuestion(host);
    return this.#lookups.filter(({ data }) => data.includes(question)).map(({ alert }) => alert);
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
