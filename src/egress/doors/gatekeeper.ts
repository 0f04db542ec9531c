import { isIP } from 'node:net';
import type { Inspector } from '../content/inspector.js';
import type { EgressRequest, UnreadContact } from '../content/request.js';
import { EgressFailedError, EgressRefusedError } from '../errors.js';
import type { Ledger, LedgerEntry, RowKey } from '../ledger.js';
import type { CompiledPolicy, Reach } from '../policy.js';
import type { Asker } from '../record.js';
import type { Target } from '../target.js';
import type { Address, Dialer } from '../upstream/dialer.js';
import type { Traffic } from '../upstream/traffic.js';

/** A permitted attempt: where to dial, and the record its bytes belong to. */
export interface Permit {
  readonly addresses: readonly Address[];
  readonly entry: LedgerEntry;
}

/** What was decided about an attempt. */
export interface Decision {
  /** Undefined where it is refused: nothing of it leaves, and the gateway answers itself. */
  readonly permit: Permit | undefined;
  /** Why it is refused, for whoever reads the program's output. */
  readonly refusal?: string;
}

/** What a gatekeeper decides by, and where it writes. */
export interface GatekeeperParts {
  readonly policy: CompiledPolicy;
  readonly dialer: Dialer;
  readonly ledger: Ledger;
  readonly traffic: Traffic;
  readonly inspector: Inspector;
  /** Whether another proxy dials: what a permitted name leads to is then its business. */
  readonly hasUpstream: boolean;
}

/** Decides about each attempt, whichever way it comes, and notes it. */
export class Gatekeeper {
  readonly #parts: GatekeeperParts;

  constructor(parts: GatekeeperParts) {
    this.#parts = parts;
  }

  /**
   * `port` is null for a DNS question. A permitted name that does not resolve stays permitted in the record.
   * @throws EgressRefusedError, EgressFailedError
   */
  async admit(host: string, port: number | null, from: Asker): Promise<Permit> {
    const { ledger, inspector } = this.#parts;
    const tells = inspector.name(host, port, from);
    try {
      const addresses = await this.#check(host, port);
      return { addresses, entry: ledger.note({ host, port, allowed: true, tells, ...from }) };
    } catch (error) {
      ledger.note({ host, port, allowed: !(error instanceof EgressRefusedError), tells, ...from });
      throw error;
    }
  }

  /** The same for who answers in the place of a refused host. @throws EgressFailedError */
  async decide({ host, port }: Target, from: Asker): Promise<Decision> {
    try {
      return { permit: await this.admit(host, port, from) };
    } catch (error) {
      if (!(error instanceof EgressRefusedError)) throw error;
      return { permit: undefined, refusal: error.message };
    }
  }

  /**
   * Whether what a registry itself names as a place may be reached. Where it may not, nothing is noted: the client hears of the place, and asks
   * for it or not.
   */
  async reached({ host, port }: Target): Promise<Permit | undefined> {
    try {
      const addresses = await this.#check(host, port);
      return { addresses, entry: this.#parts.ledger.note({ host, port, allowed: true, via: 'proxy' }) };
    } catch (error) {
      if (error instanceof EgressRefusedError || error instanceof EgressFailedError) return undefined;
      throw error;
    }
  }

  /** Notes a request to a permitted target that is not passed on. */
  refuseRequest({ host, port }: Target, from: Asker): void {
    const tells = this.#parts.inspector.name(host, port, from);
    this.#parts.ledger.note({ host, port, allowed: false, tells, ...from });
  }

  /** Notes what was sent. */
  told(to: RowKey, request: Omit<EgressRequest, 'count' | 'clientPorts'>, { clientPort }: Asker): void {
    this.#parts.ledger.tell(to, request, clientPort);
  }

  /** Notes a connection of which nothing, or not all, could be read. */
  unread(to: RowKey, contact: Omit<UnreadContact, 'count'>): void {
    this.#parts.ledger.tellUnread(to, contact);
  }

  /** Notes an attempt whose target could not even be read; `raw` is what was sent. */
  refuse(raw: string, from: Asker): void {
    const tells = this.#parts.inspector.name(raw, null, from);
    this.#parts.ledger.note({ host: raw === '' ? '(unreadable)' : raw, port: null, allowed: false, tells, ...from });
  }

  /** Looks for planted secrets in what is no name and no request. `host`: whom it was meant for, in the words of whoever sent it. */
  look(bytes: Buffer, host: string, from: Asker): void {
    this.#parts.inspector.body({ host: host === '' ? '(unreadable)' : host, port: null }, from)(bytes);
  }

  async #check(host: string, port: number | null): Promise<readonly Address[]> {
    const { traffic, policy, dialer, hasUpstream } = this.#parts;
    if (traffic.exhausted) throw new EgressRefusedError('limit', 'this job has used up its traffic allowance');
    const reach = policy.reach(host, port ?? undefined);
    if (reach === undefined) {
      throw new EgressRefusedError('policy', `${host}${port === null ? '' : `:${port}`} is not on the allow-list`);
    }
    if (hasUpstream) return this.#addressesForUpstream(host, reach);
    return dialer.addresses(host, reach);
  }

  /** A name may be one that only the upstream proxy resolves; what resolves here is checked all the same. */
  async #addressesForUpstream(host: string, reach: Reach): Promise<readonly Address[]> {
    if (reach === 'named' && isIP(host) === 0) return [];
    try {
      return await this.#parts.dialer.addresses(host, reach);
    } catch (error) {
      if (error instanceof EgressFailedError) return [];
      throw error;
    }
  }
}
