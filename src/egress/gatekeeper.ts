import type { Address, Dialer } from './dialer.js';
import { EgressRefusedError } from './errors.js';
import type { Attempt, Ledger, LedgerEntry } from './ledger.js';
import type { CompiledPolicy } from './policy.js';
import type { Traffic } from './traffic.js';

/** A permitted attempt: where to dial, and the record its bytes belong to. */
export interface Permit {
  readonly addresses: readonly Address[];
  readonly entry: LedgerEntry;
}

/** Which way an attempt came, and for the proxy from which port of the sandbox. */
export type Asker = Pick<Attempt, 'via' | 'clientPort'>;

/** Decides about each attempt, whichever way it comes, and notes it. */
export class Gatekeeper {
  constructor(
    private readonly policy: CompiledPolicy,
    private readonly dialer: Dialer,
    private readonly ledger: Ledger,
    private readonly traffic: Traffic,
  ) {}

  /**
   * `port` is null for a DNS question. A permitted name that does not resolve stays permitted in the record.
   * @throws EgressRefusedError, EgressFailedError
   */
  async admit(host: string, port: number | null, from: Asker): Promise<Permit> {
    try {
      const addresses = await this.#check(host, port);
      return { addresses, entry: this.ledger.note({ host, port, allowed: true, ...from }) };
    } catch (error) {
      this.ledger.note({ host, port, allowed: !(error instanceof EgressRefusedError), ...from });
      throw error;
    }
  }

  /** Notes an attempt whose target could not even be read; `raw` is what was sent. */
  refuse(raw: string, from: Asker): void {
    this.ledger.note({ host: raw === '' ? '(unreadable)' : raw, port: null, allowed: false, ...from });
  }

  async #check(host: string, port: number | null): Promise<readonly Address[]> {
    if (this.traffic.exhausted) throw new EgressRefusedError('limit', 'this job has used up its traffic allowance');
    const reach = this.policy.reach(host, port ?? undefined);
    if (reach === undefined) {
      throw new EgressRefusedError('policy', `${host}${port === null ? '' : `:${port}`} is not on the allow-list`);
    }
    return this.dialer.addresses(host, reach);
  }
}
