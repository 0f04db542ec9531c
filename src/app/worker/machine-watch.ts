import type { Logger } from 'pino';
import type { PartReadiness } from '../../api/ports.js';
import type { SourceStatus } from '../../falco/source.js';
import type { Clock, Sandbox } from '../../jobs/ports.js';
import type { IncompleteCode } from '../../report/incomplete-codes.js';
import type { Report } from '../../report/report.js';

/** How often the machine is looked at, in milliseconds. */
const CHECK_MS = 2_000;
/** How long a proof holds, in milliseconds: alerts may stall though the connection stands. */
const PROOF_MS = 300_000;
/** Reasons of a report that put the proof in doubt. */
const DOUBTS: ReadonlySet<string> = new Set<IncompleteCode>(['no-opening-canary', 'no-closing-canary', 'sensor-lost']);

export interface MachineWatchOptions {
  readonly sandbox: Sandbox;
  readonly status: () => SourceStatus;
  /** How often the source has connected again: what was proven before does not count any more. */
  readonly reconnects: () => number;
  /** Proves the chain from the kernel to here; resolves with the milliseconds it took. */
  readonly selfTest: () => Promise<number>;
  /** Told when the Docker engine comes or goes: without it no job is taken. */
  readonly onDocker: (up: boolean) => Promise<void>;
  /** Why there is no alert source, if the embedded sensor said so. */
  readonly sensorWords: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Looks after what a worker's host must have: the Docker engine with the image, and an alert source that was seen to
 * work. The proof is made when the source connects, and again when it connects again, when it failed, when a job missed its canaries, and when it is
 * old. A job whose canaries came back is a proof itself.
 */
export class MachineWatch {
  readonly #options: MachineWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #dockerFault: string | null = 'not looked at yet';
  #proof: { ms: number } | { fault: string } | null = null;
  /** After how many connections, and when, it was proven. */
  #proven = { reconnects: -1, at: 0 };

  constructor(options: MachineWatchOptions) {
    this.#options = options;
  }

  /** Resolves after the first look. */
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

  /** Learns from a job that ran here. */
  heard({ monitoring, incomplete }: Pick<Report, 'monitoring' | 'incomplete'>): void {
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
      const said = this.#options.sensorWords();
      return { ready: false, reason: said === '' ? (lastError ?? 'not connected yet') : said, ...base };
    }
    if (this.#proof === null) return { ready: false, reason: 'the canary is on its way', ...base };
    if ('fault' in this.#proof) return { ready: false, reason: this.#proof.fault, ...base };
    return { ready: true, canaryMs: this.#proof.ms, ...base };
  }

  async #look(): Promise<void> {
    const before = this.#dockerFault;
    this.#dockerFault = await faultOf(this.#options.sandbox.check());
    if (before !== this.#dockerFault) {
      this.#options.log.info({ fault: this.#dockerFault }, 'Docker engine state');
      // What can't be done about it now is tried again with the next look.
      const failed = await faultOf(this.#options.onDocker(this.#dockerFault === null));
      if (failed !== null) {
        this.#options.log.warn({ reason: failed }, 'jobs can not be taken or put off yet');
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
