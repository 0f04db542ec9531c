import type { Logger } from 'pino';
import type { PartReadiness } from '../../api/ports.js';
import { messageOf } from '../../errors/message.js';
import type { SourceStatus } from '../../falco/source.js';
import type { Clock, Sandbox } from '../../jobs/ports.js';
import type { Report } from '../../report/report.js';
import type { IncompleteCode } from '../../report/verdict/incomplete-codes.js';

/** How often the machine is checked, in milliseconds. */
const CHECK_MS = 2_000;
/** How long a proof is valid, in milliseconds: alerts can stop although the connection is up. */
const PROOF_MS = 300_000;
/** Reasons in a report that invalidate the proof. */
const DOUBTS: ReadonlySet<string> = new Set<IncompleteCode>(['no-opening-canary', 'no-closing-canary', 'sensor-lost']);

export interface MachineWatchOptions {
  readonly sandbox: Sandbox;
  readonly status: () => SourceStatus;
  /** How often the source has reconnected: a proof from before a reconnect is no longer valid. */
  readonly reconnects: () => number;
  /** Proves with a canary that alerts arrive from the kernel; resolves with the duration in milliseconds. */
  readonly selfTest: () => Promise<number>;
  /** Called when the Docker engine becomes available or unavailable: without it no job is taken. */
  readonly onDocker: (up: boolean) => Promise<void>;
  /** Why there is no alert source, if the embedded sensor reported a reason. */
  readonly sensorMessage: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Monitors what a worker's host needs: the Docker engine with the image, and an alert source that is proven to work. The proof is
 * made when the source connects, and repeated when it reconnects, when the proof failed or has expired, and when a job missed its
 * canaries. A job whose canaries arrived counts as a proof.
 */
export class MachineWatch {
  readonly #options: MachineWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #dockerFault: string | null = 'not checked yet';
  #proof: { ms: number } | { fault: string } | null = null;
  /** The time of the proof, and the number of connections until then. */
  #proven = { reconnects: -1, at: 0 };

  constructor(options: MachineWatchOptions) {
    this.#options = options;
  }

  /** Resolves after the first check. */
  async start(): Promise<void> {
    await this.#look();
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look());
    }, CHECK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Updates the proof with the result of a job that ran here. */
  jobFinished({ monitoring, incomplete }: Pick<Report, 'monitoring' | 'incomplete'>): void {
    if (incomplete.some(({ code }) => DOUBTS.has(code))) this.#proven = { reconnects: -1, at: 0 };
    else if (monitoring.proven)
      this.#proven = { reconnects: this.#options.reconnects(), at: this.#options.clock.now() };
  }

  docker(): PartReadiness {
    return this.#dockerFault === null ? { ready: true } : { ready: false, reason: this.#dockerFault };
  }

  alerts(): PartReadiness {
    const { connected, description, lastError } = this.#options.status();
    const base = { source: description };
    if (!connected) {
      const message = this.#options.sensorMessage();
      return { ready: false, reason: message === '' ? (lastError ?? 'not connected yet') : message, ...base };
    }
    if (this.#proof === null) return { ready: false, reason: 'waiting for the canary', ...base };
    if ('fault' in this.#proof) return { ready: false, reason: this.#proof.fault, ...base };
    return { ready: true, canaryMs: this.#proof.ms, ...base };
  }

  async #look(): Promise<void> {
    const before = this.#dockerFault;
    this.#dockerFault = await faultOf(this.#options.sandbox.check());
    if (before !== this.#dockerFault) {
      this.#options.log.info({ fault: this.#dockerFault }, 'Docker engine state');
      // A failure is retried at the next check.
      const failed = await faultOf(this.#options.onDocker(this.#dockerFault === null));
      if (failed !== null) {
        this.#options.log.warn({ reason: failed }, 'the worker could not start or stop taking jobs');
        this.#dockerFault = failed;
      }
    }
    await this.#prove();
  }

  async #prove(): Promise<void> {
    const reconnects = this.#options.reconnects();
    const isFresh = this.#options.clock.now() - this.#proven.at < PROOF_MS;
    const isProven = isFresh && this.#proven.reconnects === reconnects && this.#proof !== null && 'ms' in this.#proof;
    if (isProven || this.#dockerFault !== null || !this.#options.status().connected) return;
    try {
      this.#proof = { ms: await this.#options.selfTest() };
      this.#proven = { reconnects, at: this.#options.clock.now() };
    } catch (error) {
      this.#proof = { fault: messageOf(error) };
      this.#options.log.warn({ reason: messageOf(error) }, 'self-test failed');
    }
  }
}

async function faultOf(check: Promise<void>): Promise<string | null> {
  try {
    await check;
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
