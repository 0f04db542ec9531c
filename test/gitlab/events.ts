import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GitlabEvent, readEvent } from '../../src/gitlab/event/event.js';
import type { ReceivedEvent } from '../../src/gitlab/receive/receiver.js';

export const INSTANCE = 'https://gitlab.example';
/** When the job of these tests starts, and what the clock says: 2026-11-24T12:00:00Z. */
export const NOON = Date.parse('2026-11-24T12:00:00.000Z');

/** GitLab's payloads as the Falco plugin's repository has them; absent where only this repository is checked out. */
const SAMPLES = fileURLToPath(new URL('../../../shared/gitlab/audit-events', import.meta.url));
export const GEOIP = fileURLToPath(new URL('../../../shared/geoip', import.meta.url));
export const sampleNames = existsSync(SAMPLES) ? readdirSync(SAMPLES) : [];

export function sample(name: string): Buffer {
  return readFileSync(join(SAMPLES, name));
}

/** What the receiver makes of these bytes. */
export function received(raw: Buffer | string, changes: Partial<ReceivedEvent> = {}): ReceivedEvent {
  const bytes = Buffer.from(raw);
  return {
    destination: { id: 'd1', instance: INSTANCE },
    receivedAt: NOON,
    headerType: '',
    raw: bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ...changes,
  };
}

/** An audit event as GitLab sends it; `details` are merged into what every event has there. */
export function document(
  changes: Readonly<Record<string, unknown>> = {},
  details: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    id: 'f5c1b1a2-0000-4000-8000-000000000001',
    author_id: 7,
    entity_id: 42,
    entity_type: 'Project',
    created_at: new Date(NOON).toISOString(),
    event_type: 'repository_git_operation',
    details: {
      author_name: 'Alice',
      author_class: 'User',
      entity_path: 'acme/shop/web',
      ip_address: '198.41.0.4',
      target_id: 42,
      target_type: 'Project',
      target_details: 'acme/shop/web',
      custom_message: 'did something',
      ...details,
    },
    ...changes,
  };
}

/** The same, read. */
export function event(
  changes: Readonly<Record<string, unknown>> = {},
  details: Readonly<Record<string, unknown>> = {},
): GitlabEvent {
  return readEvent(received(JSON.stringify(document(changes, details))));
}
