import type { EgressRecord } from '../egress/record.js';
import type { Alert } from '../falco/alert.js';

/** The rules of `rules/packwarden_plumbing.yaml` that tell which process talked to the gateway. */
export const CONTACT_RULES: ReadonlySet<string> = new Set(['Packwarden name lookup', 'Packwarden proxy connection']);

/** Far above an honest install's; beyond it, egress is reported without a package. */
const MAX_CONTACTS = 20_000;

/**
 * Who in a sandbox talked to its gateway: the gateway's records have names but no processes, these alerts have processes
 * but, for the proxy, no names. They meet in the DNS question's bytes, or in the connection's local port.
 */
export class Contacts {
  readonly #lookups: Alert[] = [];
  readonly #byPort = new Map<number, Alert>();

  add(alert: Alert): void {
    if (this.#lookups.length + this.#byPort.size >= MAX_CONTACTS) return;
    if (alert.rule === 'Packwarden name lookup') {
      this.#lookups.push(alert);
      return;
    }
    const port = localPort(alert.fields['fd.name']);
    if (port !== undefined) this.#byPort.set(port, alert);
  }

  /** The first alert of the process behind a record; undefined when it can't be told. */
  of(record: EgressRecord): Alert | undefined {
    if (record.via === 'proxy') {
      const port = record.clientPorts.find((candidate) => this.#byPort.has(candidate));
      return port === undefined ? undefined : this.#byPort.get(port);
    }
    const question = renderedQuestion(record.host);
    return this.#lookups.find((alert) => (alert.fields['evt.arg.data'] ?? '').toLowerCase().includes(question));
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
