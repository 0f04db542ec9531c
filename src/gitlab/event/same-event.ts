import { createHash } from 'node:crypto';
import type { GitlabEvent } from './event.js';
import { canonicalJson } from './values.js';

/** Identifies two deliveries of the same event: digests in hex. */
export interface Sameness {
  /** Digest of the event's identifying fields. */
  readonly key: string;
  /** Digest of the document without its id; set if the id is not a database id, since a retry may have a new one. */
  readonly content: string | undefined;
}

/** Stored events have a database id; old streaming-only ones have a timestamp in seconds instead, new ones a UUID per delivery. */
const DATABASE_ID = /^\d{11,}$/;

/** Recognizes an event that is delivered again, through another destination, or from a retried job. The id alone never suffices. */
export function samenessOf(event: GitlabEvent): Sameness {
  const { instance, id, type, entityType, entityId, targetType, targetId, createdAt } = event;
  const isKept = id !== undefined && DATABASE_ID.test(id);
  const content = isKept ? undefined : digest([instance, contentOf(event)]);
  const parts = [instance, id, type, entityType, entityId, targetType, targetId, createdAt];
  // Without an id and a time only its content identifies it.
  const key = id === undefined || createdAt === undefined ? [...parts, content] : parts;
  return { key: digest(key), content };
}

function contentOf(event: GitlabEvent): string {
  const text = canonicalJson({ ...event.document, id: null });
  // Documents that only differ below the depth limit are still different.
  return text.includes('"…"') ? text + event.sha256 : text;
}

function digest(parts: readonly (string | undefined)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('hex');
}
