import { createHash } from 'node:crypto';
import type { GitlabEvent } from './event.js';
import { canonicalJson } from './values.js';

/** How two deliveries of one event are told: digests in hex. */
export interface Sameness {
  /** Of what identifies the event. */
  readonly key: string;
  /** Of the document without its id, where the id is not one that GitLab keeps: a retry may carry a new one. */
  readonly content: string | undefined;
}

/** Stored events have an id of the database; old streaming-only ones have the epoch second there, new ones a UUID per dispatch. */
const DATABASE_ID = /^\d{11,}$/;

/** What makes an event the same one when it comes again, through another destination, or from a retried job. The id alone never does. */
export function samenessOf(event: GitlabEvent): Sameness {
  const { instance, id, type, entityType, entityId, targetType, targetId, createdAt } = event;
  const isKept = id !== undefined && DATABASE_ID.test(id);
  const content = isKept ? undefined : digest([instance, contentOf(event)]);
  const parts = [instance, id, type, entityType, entityId, targetType, targetId, createdAt];
  // Without an id and a time nothing identifies it but what it says.
  const key = id === undefined || createdAt === undefined ? [...parts, content] : parts;
  return { key: digest(key), content };
}

function contentOf(event: GitlabEvent): string {
  const text = canonicalJson({ ...event.document, id: null });
  // Two documents that differ only below the depth that is written out are still two.
  return text.includes('"…"') ? text + event.sha256 : text;
}

function digest(parts: readonly (string | undefined)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('hex');
}
