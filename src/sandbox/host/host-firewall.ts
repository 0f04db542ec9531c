import type { Logger } from 'pino';
import { GATEWAY_PORTS } from '../../egress/doors/ports.js';
import { messageOf } from '../../errors/message.js';
import { protectHost, redirectToGateway } from './firewall.js';

/** Which firewall rules are active when a job is prepared. */
export interface HostProtection {
  /** Connections that bypass the proxy are redirected to the gateway. */
  readonly isTransparent: boolean;
  /** Why a sandbox can reach services on this machine; null if it can't. */
  readonly problem: string | null;
}

/**
 * The rules that isolate sandboxes from this machine. They are checked before each job and restored, because a firewall that is reloaded
 * (firewalld, nftables.service) silently removes them.
 */
export class HostFirewall {
  readonly #log: Logger;
  /** Serializes the checks: two concurrent ones could add the same rule twice. */
  #turn: Promise<unknown> = Promise.resolve();
  #lastLogged = '';

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Never rejects: without the necessary privileges (a worker that is not root) sandboxes run anyway, and their reports say so. */
  check(): Promise<HostProtection> {
    const checked = this.#turn.then(() => this.#ensure());
    this.#turn = checked;
    return checked;
  }

  async #ensure(): Promise<HostProtection> {
    const exposed = await problemOf(protectHost(GATEWAY_PORTS));
    const bypass = await problemOf(redirectToGateway(GATEWAY_PORTS));
    this.#logChange({ open: exposed, blind: bypass });
    return { isTransparent: bypass === null, problem: exposed };
  }

  /** Logs changes only, not every check. */
  #logChange(problems: { readonly open: string | null; readonly blind: string | null }): void {
    const text = JSON.stringify(problems);
    if (text === this.#lastLogged || (this.#lastLogged === '' && problems.open === null && problems.blind === null))
      return;
    this.#lastLogged = text;
    const { open, blind } = problems;
    if (open !== null)
      this.#log.warn({ reason: open }, 'sandboxes can reach services that listen on all addresses of this machine');
    if (blind !== null) this.#log.warn({ reason: blind }, 'connections that bypass the proxy are not observed');
    if (open === null && blind === null) this.#log.info('the firewall rules are active');
  }
}

async function problemOf(work: Promise<void>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
