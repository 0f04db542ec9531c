import type { Redis } from 'ioredis';
import { z } from 'zod';
import { KEYS } from './keys.js';
import { guarded, resultsOf } from './redis-call.js';

/** A stored alert of source `gitlab`. */
export const storedAlertSchema = z.object({
  rule: z.string(),
  priority: z.string(),
  /** `packwarden`: evaluated here; `falco`: by a Falco with a GitLab plugin. */
  origin: z.enum(['packwarden', 'falco']),
  /** When the event happened, and when the alert was created. ISO 8601. */
  time: z.string(),
  madeAt: z.string(),
  output: z.string(),
  tags: z.array(z.string()),
  /** Null if unknown. */
  instance: z.string().nullable(),
  project: z.object({ id: z.string(), path: z.string().nullable() }).nullable(),
  fields: z.record(z.string(), z.string()),
});
export type StoredAlert = z.infer<typeof storedAlertSchema>;

/** A query for alerts. */
export interface AlertQuery {
  /** The cursor of an earlier answer (alerts created after it), or milliseconds since the epoch (created from then on). */
  readonly since: string | number;
  /** A project's id or full path. */
  readonly project?: string;
  readonly instance?: string;
  readonly limit: number;
}

/** Alerts in the order of creation. */
export interface AlertPage {
  readonly alerts: readonly StoredAlert[];
  /** Value of `since` for the next page. */
  readonly next: string;
}

const PAGE = 500;
const MAX_ALERTS = 50_000;
/** Per project. */
const MAX_FOREIGN = 500;

/** The alerts in order of creation, so that a polling reader does not miss those for late events. */
export class AlertStore {
  constructor(private readonly redis: Redis) {}

  async add(alert: StoredAlert): Promise<void> {
    await this.redis.xadd(KEYS.alerts, 'MAXLEN', '~', MAX_ALERTS, '*', 'alert', JSON.stringify(alert));
  }

  /** Adds an alert that does not belong to a stored event; it is found by its project. */
  async addForeign(alert: StoredAlert, ttlS: number): Promise<void> {
    await this.add(alert);
    if (alert.instance === null || alert.project === null) return;
    const key = KEYS.foreignAlerts(alert.instance, alert.project.id);
    const oldest = Date.parse(alert.madeAt) - ttlS * 1000;
    const pipeline = this.redis.pipeline().zadd(key, Date.parse(alert.time), JSON.stringify(alert));
    resultsOf(
      await pipeline
        .zremrangebyscore(key, '-inf', oldest)
        .zremrangebyrank(key, 0, -MAX_FOREIGN - 1)
        .expire(key, ttlS)
        .exec(),
    );
  }

  /** The foreign alerts of a project, by the time of the event, in milliseconds since the epoch. */
  async foreignOf(instance: string, project: string, from: number, to: number): Promise<readonly StoredAlert[]> {
    const texts = await this.redis.zrangebyscore(KEYS.foreignAlerts(instance, project), from, to);
    return texts.map((text) => storedAlertSchema.parse(JSON.parse(text)));
  }

  /** @throws GitlabError `audit-store-unavailable` */
  async read(query: AlertQuery): Promise<AlertPage> {
    const alerts: StoredAlert[] = [];
    let next = typeof query.since === 'number' ? `${Math.max(0, query.since - 1)}-18446744073709551615` : query.since;
    for (;;) {
      const entries = await guarded(() => this.redis.xrange(KEYS.alerts, `(${next}`, '+', 'COUNT', PAGE));
      for (const [id, [, text = '']] of entries) {
        next = id;
        const alert = storedAlertSchema.parse(JSON.parse(text));
        if (isWanted(alert, query)) alerts.push(alert);
        if (alerts.length >= query.limit) return { alerts, next };
      }
      if (entries.length < PAGE) return { alerts, next };
    }
  }
}

function isWanted(alert: StoredAlert, { project, instance }: AlertQuery): boolean {
  if (instance !== undefined && alert.instance !== instance) return false;
  if (project === undefined) return true;
  return alert.project !== null && (alert.project.id === project || alert.project.path === project);
}
