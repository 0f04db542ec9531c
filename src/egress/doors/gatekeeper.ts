import { isIP } from 'node:net';
import type { Inspector } from '../content/inspector.js';
import type { EgressRequest, UnreadContact } from '../content/request.js';
import { EgressFailedError, EgressRefusedError } from '../errors.js';
import type { Ledger, LedgerEntry, RowKey } from '../ledger.js';
import type { CompiledPolicy, Reach } from '../policy.js';
import type { Origin } from '../record.js';
import type { Target } from '../target.js';
import type { Address, Dialer } from '../upstream/dialer.js';
import type { Traffic } from '../upstream/traffic.js';

/** A permitted attempt: the addresses to dial, and the record for its byte counts. */
export interface Permit {
  readonly addresses: readonly Address[];
  readonly entry: LedgerEntry;
}

/** The decision about an attempt. */
export interface Decision {
  /** Undefined if refused: then nothing is sent upstream, and the gateway answers itself. */
  readonly permit: Permit | undefined;
  /** Why it was refused, for readers of the program's output. */
  readonly refusal?: string;
}

/** What a gatekeeper bases its decisions on, and where it records them. */
export interface GatekeeperParts {
  readonly policy: CompiledPolicy;
  readonly dialer: Dialer;
  readonly ledger: Ledger;
  readonly traffic: Traffic;
  readonly inspector: Inspector;
  /** Whether an upstream proxy makes the connections: then that proxy resolves permitted names. */
  readonly hasUpstream: boolean;
}

/** Decides about each attempt, on whichever channel it arrives, and records it. */
export class Gatekeeper {
  readonly #parts: GatekeeperParts;

  constructor(parts: GatekeeperParts) {
    this.#parts = parts;
  }

  /**
   * `port` is null for a DNS query. A permitted name that does not resolve is still recorded as permitted.
   *
   * @throws EgressRefusedError, EgressFailedError
   */
  async admit(host: string, port: number | null, from: Origin): Promise<Permit> {
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

  /** The same, but returns a refusal, for callers that answer on behalf of refused hosts. @throws EgressFailedError */
  async decide({ host, port }: Target, from: Origin): Promise<Decision> {
    try {
      return { permit: await this.admit(host, port, from) };
    } catch (error) {
      if (!(error instanceof EgressRefusedError)) throw error;
      return { permit: undefined, refusal: error.message };
    }
  }

  /**
   * Whether the target of a registry's redirect may be reached. If not, nothing is recorded: the client gets the redirect, and may request
   * its target itself.
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

  /** Records a request to a permitted target that is not passed on. */
  refuseRequest({ host, port }: Target, from: Origin): void {
    const tells = this.#parts.inspector.name(host, port, from);
    this.#parts.ledger.note({ host, port, allowed: false, tells, ...from });
  }

  /** Records a request that was sent. */
  recordRequest(to: RowKey, request: Omit<EgressRequest, 'count' | 'clientPorts'>, { clientPort }: Origin): void {
    this.#parts.ledger.recordRequest(to, request, clientPort);
  }

  /** Records a connection that could not be read, or not completely. */
  recordUnread(to: RowKey, contact: Omit<UnreadContact, 'count'>): void {
    this.#parts.ledger.recordUnread(to, contact);
  }

  /** Records an attempt without a valid target; `raw` is what the client sent. */
  refuse(raw: string, from: Origin): void {
    const tells = this.#parts.inspector.name(raw, null, from);
    this.#parts.ledger.note({ host: raw === '' ? '(unreadable)' : raw, port: null, allowed: false, tells, ...from });
  }

  /** Searches for planted secrets in data that is neither a name nor a request. `host`: the intended recipient, as the client sent it. */
  look(bytes: Buffer, host: string, from: Origin): void {
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

  /** A name may be resolvable only by the upstream proxy. If it resolves here, its addresses are checked anyway. */
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
