import type { Logger } from 'pino';
import { GATEWAY_PORTS } from '../../egress/doors/ports.js';
import { leadToGateway, protectHost } from './firewall.js';

/** What of the firewall's rules is in force while a job is prepared. */
export interface HostProtection {
  /** What ignores the proxy comes to the gateway. */
  readonly isTransparent: boolean;
  /** Why a sandbox can reach what listens on this machine; null when it can't. */
  readonly problem: string | null;
}

/**
 * The rules that keep sandboxes off this machine. They are looked at before each job, and put back: a firewall that is loaded anew
 * (firewalld, nftables.service) takes them away without a word.
 */
export class HostFirewall {
  readonly #log: Logger;
  /** One after the other: two that add the same rule at once would leave it there twice. */
  #turn: Promise<unknown> = Promise.resolve();
  #told = '';

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Never rejects: without the right to (a worker that is not root) sandboxes run, and their reports say so. */
  check(): Promise<HostProtection> {
    const checked = this.#turn.then(() => this.#ensure());
    this.#turn = checked;
    return checked;
  }

  async #ensure(): Promise<HostProtection> {
    const open = await problemOf(protectHost(GATEWAY_PORTS));
    const blind = await problemOf(leadToGateway(GATEWAY_PORTS));
    this.#tell({ open, blind });
    return { isTransparent: blind === null, problem: open };
  }

  /** Once for each change, not for each job. */
  #tell(problems: { readonly open: string | null; readonly blind: string | null }): void {
    const text = JSON.stringify(problems);
    if (text === this.#told || (this.#told === '' && problems.open === null && problems.blind === null)) return;
    this.#told = text;
    const { open, blind } = problems;
    if (open !== null)
      this.#log.warn({ reason: open }, 'sandboxes can reach what listens on all addresses of this machine');
    if (blind !== null) this.#log.warn({ reason: blind }, 'what programs send past the proxy is not seen');
    if (open === null && blind === null) this.#log.info('the firewall rules are in force');
  }
}

async function problemOf(work: Promise<void>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
