import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { GrpcTarget } from './grpc-client.js';
import { runSession, type SessionTiming } from './grpc-session.js';
import type { AlertListener, AlertSource, SourceStatus } from './source.js';

/** How to reach a Falco <= 0.43 (or the embedded sensor). Times in milliseconds. */
export interface GrpcSourceOptions extends Partial<SessionTiming> {
  readonly target: GrpcTarget;
  readonly logger: Logger;
  /** In [0, 1): source of the back-off's jitter. */
  readonly random: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** The first delay before a reconnect; doubled each time, up to `maxBackoffMs`. @defaultValue 100 */
  readonly minBackoffMs?: number;
  /** @defaultValue 5000 */
  readonly maxBackoffMs?: number;
}

/**
 * The gRPC outputs API of one Falco. Always reconnects, even after OK, since that is how a stream ends when Falco stops or reloads
 * (recorded from Falco 0.40).
 */
export class GrpcAlertSource implements AlertSource {
  readonly #options: GrpcSourceOptions;
  readonly #timing: SessionTiming;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #connected = false;
  #description = '';
  #lastError: string | null = null;

  constructor(options: GrpcSourceOptions) {
    this.#options = options;
    const { pollMs = 50, probeTimeoutMs = 3_000, heartbeatMs = 5_000 } = options;
    this.#timing = { pollMs, probeTimeoutMs, heartbeatMs };
  }

  start(listener: AlertListener): void {
    this.#running = this.#run(listener);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  status(): SourceStatus {
    return { connected: this.#connected, description: this.#description, lastError: this.#lastError };
  }

  async #run(listener: AlertListener): Promise<void> {
    const { signal } = this.#stop;
    const { now, maxBackoffMs = 5_000 } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      const startedAt = now();
      await this.#session(listener);
      // A stream that ends immediately after it was opened counts as a failure, too.
      failures = now() - startedAt >= maxBackoffMs ? 0 : failures + 1;
      if (!signal.aborted) await sleep(this.#backoff(failures), undefined, { signal }).catch(() => undefined);
    }
  }

  async #session(listener: AlertListener): Promise<void> {
    const { target, logger } = this.#options;
    const connected = (version: string) => {
      this.#connected = true;
      this.#description = `falco ${version} (grpc)`;
      this.#lastError = null;
      logger.info({ version }, 'alert source connected');
      listener.connected(version);
    };
    const reason = await runSession(
      target,
      {
        connected,
        alert: (alert) => listener.alert(alert),
        malformed: (reason) => listener.malformed(reason),
      },
      this.#timing,
      this.#stop.signal,
    );
    this.#ended(listener, reason);
  }

  #ended(listener: AlertListener, reason: string): void {
    const { logger } = this.#options;
    const wasConnected = this.#connected;
    this.#connected = false;
    if (this.#stop.signal.aborted) logger.info('alert source stopped');
    // Log changes only, not every attempt: an absent Falco would fill the log.
    else if (wasConnected || this.#lastError !== reason) logger.warn({ reason }, 'alert source not connected');
    this.#lastError = reason;
    if (wasConnected) listener.disconnected(reason);
  }

  #backoff(failures: number): number {
    const { random, minBackoffMs = 100, maxBackoffMs = 5_000 } = this.#options;
    const full = Math.min(maxBackoffMs, minBackoffMs * 2 ** (failures - 1));
    return full * (0.5 + random() / 2);
  }
}
