import { familyOf } from '../correlate/families.js';
import type { GitlabEvent } from '../event/event.js';

/** The names of this module's keys in Redis. */
const PREFIX = 'packwarden:gitlab';

export const KEYS = {
  /** Stream: received events, unchanged. */
  events: `${PREFIX}:events`,
  /** Stream: the beginning of rejected input. */
  quarantine: `${PREFIX}:quarantine`,
  /** Stream: alerts, in order of creation. */
  alerts: `${PREFIX}:alerts`,
  /** Hash: totals that survive restarts. */
  counters: `${PREFIX}:counters`,
  seen: (digest: string) => `${PREFIX}:seen:${digest}`,
  copies: (eventId: string) => `${PREFIX}:copies:${eventId}`,
  alertsOf: (eventId: string) => `${PREFIX}:alerts-of:${eventId}`,
  feed: (destination: string) => `${PREFIX}:feed:${destination}`,
  silences: (destination: string) => `${PREFIX}:silences:${destination}`,
  reported: (what: string) => `${PREFIX}:told:${what}`,
  correlation: (job: string) => `${PREFIX}:correlation:${job}`,
  foreignAlerts: (instance: string, project: string) => `${PREFIX}:foreign:${instance}|${project}`,
  index: (name: string) => `${PREFIX}:index:${name}`,
} as const;

/** The consumer group that evaluates events: each event is delivered to one of the API hosts. */
export const GROUP = 'judges';

/** Names of the sorted sets (score: the event's time) that index events. */
export const INDEX = {
  entity: (instance: string, type: string, id: string) => `e|${instance}|${type}|${id}`,
  path: (instance: string, path: string) => `p|${instance}|${path}`,
  author: (instance: string, id: string) => `a|${instance}|${id}`,
  target: (instance: string, type: string, id: string) => `t|${instance}|${type}|${id}`,
  instance: (instance: string) => `i|${instance}`,
} as const;

const INSTANCE_SCOPE = 'Gitlab::Audit::InstanceScope';

/**
 * The indexes of an event. Always by its target, which allows an exact match; by scope and author only if its type is relevant for
 * installs.
 */
export function indexNames(event: GitlabEvent): readonly string[] {
  const { instance, entityType, entityId, entityPath, authorId, targetType, targetId } = event;
  const names: string[] = [];
  if (targetType !== undefined && targetId !== undefined) names.push(INDEX.target(instance, targetType, targetId));
  const family = familyOf(event.type);
  if (family === undefined) return names;
  if (entityType !== undefined && entityId !== undefined) names.push(INDEX.entity(instance, entityType, entityId));
  if (entityType === 'Group' && entityPath !== undefined) names.push(INDEX.path(instance, entityPath));
  if (authorId !== undefined) names.push(INDEX.author(instance, authorId));
  if (entityType === INSTANCE_SCOPE && family.name === 'monitoring-tampered') names.push(INDEX.instance(instance));
  return names;
}
