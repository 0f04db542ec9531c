import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { RuleEngine } from '../../rules/index.js';
import type { GitlabEvent } from '../event/event.js';
import { evaluateRules } from '../fields/evaluate.js';
import type { EvaluatedEvent } from '../fields/evaluated-event.js';
import type { Destination, KnownDestinations } from '../receive/destinations.js';
import type { Rejected } from '../receive/receiver.js';
import type { AlertStore } from '../store/alerts.js';
import { KEYS } from '../store/keys.js';

export interface OperatorAlertOptions {
  readonly redis: Redis;
  readonly rules: { readonly engine: RuleEngine<EvaluatedEvent> };
  readonly alerts: AlertStore;
  readonly destinations: KnownDestinations;
  readonly now: () => number;
  readonly logger: Logger;
}

/** Event types for problems of the receiver. If a sender uses these names, its events lack the text of a fault. */
const REJECTED = 'pluginerror';
const SILENT = 'feed_silent';
/** At most one alert per kind of rejection in this time. */
const QUIET_S = 300;

/** Alerts operators to problems of the feed itself, through the rules and the alert store like any other event. */
export class OperatorAlerts {
  constructor(private readonly options: OperatorAlertOptions) {}

  /** Something was received that is not an event. A flood of them causes one alert. Never throws. */
  async rejected({ destination, headerType, reason, bytes }: Rejected): Promise<void> {
    const key = KEYS.reported(`${REJECTED}:${destination}:${reason}`);
    await this.#guarded(async () => {
      const isNew = await this.options.redis.set(key, '1', 'EX', QUIET_S, 'NX');
      if (isNew !== null) await this.#alert(REJECTED, destination, headerType, `${reason} (${bytes} bytes)`);
    });
  }

  /** A destination that is usually active has become silent; the caller reports it once. Never throws. */
  async silent(destination: string, since: number): Promise<void> {
    const fault = `no audit event has come since ${new Date(since).toISOString()}: longer than usual`;
    await this.#guarded(() => this.#alert(SILENT, destination, '', fault));
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.options.logger.error({ err: error }, 'an alert about the audit feed could not be stored');
    }
  }

  async #alert(type: string, id: string, headerType: string, fault: string): Promise<void> {
    const { rules, alerts, destinations, now } = this.options;
    const instance = destinations.all.find((destination) => destination.id === id)?.instance ?? '';
    const event = faultEvent(type, { id, instance }, headerType, now());
    const at = new Date(now()).toISOString();
    for (const alert of evaluateRules(rules.engine, { event, place: { status: 'missing' }, fault })) {
      const { rule, priority, output, tags, fields } = alert;
      const kept = { rule, priority, output, tags: [...tags], fields: { ...fields }, time: at, madeAt: at };
      await alerts.add({ ...kept, origin: 'packwarden', instance: instance || null, project: null });
    }
  }
}

/** An event of our own, without author and target. */
function faultEvent(type: string, destination: Destination, headerType: string, now: number): GitlabEvent {
  return {
    instance: destination.instance,
    destination: destination.id,
    receivedAt: now,
    headerType,
    sha256: '',
    time: now,
    timeStatus: 'ok',
    createdAt: undefined,
    id: undefined,
    type,
    authorId: undefined,
    authorName: undefined,
    entityId: undefined,
    entityType: undefined,
    entityPath: undefined,
    targetId: undefined,
    targetType: undefined,
    targetDetails: undefined,
    message: undefined,
    change: undefined,
    ipAddress: undefined,
    hops: [],
    ip: undefined,
    document: {},
    details: {},
  };
}
