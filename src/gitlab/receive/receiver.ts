import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { messageOf } from '../../errors/message.js';
import { GitlabError } from '../errors.js';
import { type Delivery, readBody } from './body.js';
import type { Destination, Destinations } from './destinations.js';

/** GitLab caps what it sends at 25 MB. */
export const MAX_BODY_BYTES = 25 * 1024 * 1024;

/** An event as stored: GitLab's bytes, unchanged, and its origin. */
export interface ReceivedEvent {
  readonly destination: Destination;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** `X-Gitlab-Audit-Event-Type`; empty in batched delivery. */
  readonly headerType: string;
  readonly raw: Buffer;
  /** Hex, of `raw`. */
  readonly sha256: string;
}

/** Something received that is not an event. */
export interface Rejected {
  readonly destination: string;
  readonly receivedAt: number;
  readonly headerType: string;
  readonly reason: string;
  /** Its length, actual or declared. */
  readonly bytes: number;
  /** The part that was read; the store keeps its beginning. */
  readonly raw: Buffer;
}

/** Stores events until they are evaluated, and afterwards. Implemented in `src/gitlab/store/`. */
export interface EventLog {
  /** Resolves when all events are durable; all or nothing. @throws GitlabError `audit-store-unavailable`, `audit-backlog` */
  append(events: readonly ReceivedEvent[]): Promise<void>;
  /** Stores rejected input for inspection. Never throws, so that the reason of the rejection is not lost. */
  quarantine(rejected: Rejected): Promise<void>;
}

/** Totals since the start. */
export interface ReceiverCounters {
  readonly accepted: number;
  readonly rejected: number;
  readonly unauthenticated: number;
  readonly tooLarge: number;
  readonly unstored: number;
}

/** Information from the head of a request. */
export interface DeliveryHead {
  readonly destination: Destination;
  readonly contentType: string;
  readonly headerType: string;
}

/** A flood of wrong tokens is logged once per this interval. */
const LOG_EVERY_MS = 60_000;

/** Receives audit events: authenticates the sender, extracts events from a body, and stores them. */
export class EventReceiver {
  readonly #counters = { accepted: 0, rejected: 0, unauthenticated: 0, tooLarge: 0, unstored: 0 };
  #lastLogged = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly deps: {
      readonly destinations: Pick<Destinations, 'find'>;
      readonly log: EventLog;
      readonly now: () => number;
      readonly logger: Logger;
    },
  ) {}

  get counters(): ReceiverCounters {
    return { ...this.#counters };
  }

  /** `tokens` are the values of `X-Gitlab-Event-Streaming-Token`: there must be exactly one. @throws GitlabError `bad-audit-token` */
  authenticate(tokens: readonly string[]): Destination {
    const [token = '', ...more] = tokens;
    const destination = token === '' || more.length > 0 ? undefined : this.deps.destinations.find(token);
    if (destination !== undefined) return destination;
    this.#counters.unauthenticated += 1;
    this.#noteUnauthenticated();
    throw new GitlabError(
      'bad-audit-token',
      'X-Gitlab-Event-Streaming-Token does not belong to a destination of this service',
    );
  }

  /** Resolves with the number of events when they are durable. @throws GitlabError */
  async receive(head: DeliveryHead, body: Buffer): Promise<{ readonly accepted: number; readonly rejected: number }> {
    const receivedAt = this.deps.now();
    const { documents, strays } = await this.#read(head, body, receivedAt);
    for (const raw of strays) await this.#reject(head, receivedAt, 'an element of the array is not an object', raw);
    const { destination, headerType } = head;
    const events = documents.map((raw) => ({ destination, receivedAt, headerType, raw, sha256: sha256(raw) }));
    try {
      if (events.length > 0) await this.deps.log.append(events);
    } catch (error) {
      this.#counters.unstored += events.length;
      throw error;
    }
    this.#counters.accepted += events.length;
    return { accepted: events.length, rejected: strays.length };
  }

  /** GitLab does not resend refused events, so only a record of it remains. @throws GitlabError `too-large`, always */
  async refuseTooLarge(head: DeliveryHead, bytes: number): Promise<never> {
    this.#counters.tooLarge += 1;
    const { destination, headerType } = head;
    const reason = `larger than ${MAX_BODY_BYTES} bytes`;
    const nothing = Buffer.alloc(0);
    await this.deps.log.quarantine({
      destination: destination.id,
      receivedAt: this.deps.now(),
      headerType,
      reason,
      bytes,
      raw: nothing,
    });
    throw new GitlabError('too-large', `the body is ${reason}`);
  }

  async #read(head: DeliveryHead, body: Buffer, receivedAt: number): Promise<Delivery> {
    try {
      return readBody(body, head.contentType);
    } catch (error) {
      await this.#reject(head, receivedAt, messageOf(error), body);
      throw error;
    }
  }

  async #reject(head: DeliveryHead, receivedAt: number, reason: string, raw: Buffer): Promise<void> {
    this.#counters.rejected += 1;
    const { destination, headerType } = head;
    const bytes = raw.length;
    await this.deps.log.quarantine({ destination: destination.id, receivedAt, headerType, reason, bytes, raw });
  }

  #noteUnauthenticated(): void {
    const now = this.deps.now();
    if (now - this.#lastLogged < LOG_EVERY_MS) return;
    this.#lastLogged = now;
    const { unauthenticated } = this.#counters;
    this.deps.logger.warn({ unauthenticated }, 'audit events with a token of no destination were refused');
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
