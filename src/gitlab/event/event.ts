import { parseExact } from '../receive/json-text.js';
import type { ReceivedEvent } from '../receive/receiver.js';
import { actorAddress, hopsOf } from './address.js';
import { filledText, isJsonObject, type JsonObject, own, textOf } from './values.js';

/** Whether `created_at` could be used as the event's time. */
export type TimeStatus = 'ok' | 'missing' | 'implausible';

/** What was changed according to the event. */
export interface Change {
  readonly type: 'add' | 'change' | 'remove';
  readonly item: string;
}

/** A parsed audit event: ids are the exact texts of their digits, missing values are undefined. */
export interface GitlabEvent {
  readonly instance: string;
  readonly destination: string;
  readonly receivedAt: number;
  readonly headerType: string;
  readonly sha256: string;
  /** Milliseconds since the epoch: `created_at`, or the time of arrival if that is missing or implausible. */
  readonly time: number;
  readonly timeStatus: TimeStatus;
  readonly createdAt: string | undefined;
  readonly id: string | undefined;
  /** Empty if neither the event nor its header contains it. */
  readonly type: string;
  readonly authorId: string | undefined;
  readonly authorName: string | undefined;
  readonly entityId: string | undefined;
  readonly entityType: string | undefined;
  readonly entityPath: string | undefined;
  readonly targetId: string | undefined;
  readonly targetType: string | undefined;
  readonly targetDetails: string | undefined;
  readonly message: string | undefined;
  readonly change: Change | undefined;
  /** As sent by GitLab. */
  readonly ipAddress: string | undefined;
  /** All addresses in it, and the actor's. */
  readonly hops: readonly string[];
  readonly ip: string | undefined;
  readonly document: JsonObject;
  readonly details: JsonObject;
}

const NOTHING: JsonObject = Object.freeze({});
const CHANGES = ['add', 'change', 'remove'] as const satisfies readonly Change['type'][];
/** After an outage GitLab delivers late, but never early; retries span days, and a back-fill may be older. */
const MAX_AGE_MS = 90 * 86_400_000;
const MAX_AHEAD_MS = 10 * 60_000;

/**
 * Parses a received event. Values of an unexpected type become text or are missing, so an event is never lost. @throws SyntaxError for
 * invalid JSON
 */
export function readEvent(received: ReceivedEvent): GitlabEvent {
  const parsed = parseExact(received.raw.toString('utf8').replace(/^\ufeff/, ''));
  const document = isJsonObject(parsed) ? parsed : NOTHING;
  const held = own(document, 'details');
  const details = isJsonObject(held) ? held : NOTHING;
  const top = (key: string): string | undefined => filledText(own(document, key)) ?? filledText(own(details, key));
  // The copies in `details` were written when the event was created; the others come from records that may be stale.
  const inner = (key: string): string | undefined => filledText(own(details, key)) ?? filledText(own(document, key));
  const ipAddress = inner('ip_address');
  const hops = hopsOf(ipAddress ?? '');
  const createdAt = textOf(own(document, 'created_at'));
  return {
    instance: received.destination.instance,
    destination: received.destination.id,
    receivedAt: received.receivedAt,
    headerType: received.headerType,
    sha256: received.sha256,
    ...timeOf(createdAt, received.receivedAt),
    createdAt,
    id: top('id'),
    type: top('event_type') ?? filledText(own(details, 'event_name')) ?? received.headerType,
    authorId: top('author_id'),
    authorName: inner('author_name'),
    entityId: top('entity_id'),
    entityType: top('entity_type'),
    entityPath: inner('entity_path'),
    targetId: inner('target_id'),
    targetType: inner('target_type'),
    targetDetails: inner('target_details'),
    message: textOf(own(details, 'custom_message')),
    change: changeOf(details),
    ipAddress,
    hops,
    ip: actorAddress(hops),
    document,
    details,
  };
}

function timeOf(createdAt: string | undefined, receivedAt: number): Pick<GitlabEvent, 'time' | 'timeStatus'> {
  const at = Date.parse(createdAt ?? '');
  if (Number.isNaN(at)) return { time: receivedAt, timeStatus: 'missing' };
  const isPlausible = at >= receivedAt - MAX_AGE_MS && at <= receivedAt + MAX_AHEAD_MS;
  return isPlausible ? { time: at, timeStatus: 'ok' } : { time: receivedAt, timeStatus: 'implausible' };
}

function changeOf(details: JsonObject): Change | undefined {
  for (const type of CHANGES) {
    const item = filledText(own(details, type));
    if (item !== undefined) return { type, item };
  }
  return undefined;
}
