import { describe, expect, it } from 'vitest';
import { SEEN_TYPES } from '../../../src/sensor/event/syscalls.js';
import { eventsOf } from '../../../src/sensor/fields/events-of.js';

describe('`packwarden rules fields` shows which events can contain a field', () => {
  it.each([
    ['fd.sip', 'connect', 'openat'],
    ['fd.name', 'openat', 'execve'],
    ['fs.path.name', 'unlink', 'rename'],
    ['fs.path.source', 'rename', 'unlink'],
    ['evt.is_open_read', 'creat', 'connect'],
    ['evt.buffer', 'sendto', 'connect'],
  ])('%s: on %s, not on %s', (field, on, notOn) => {
    expect(eventsOf(field)).toContain(on);
    expect(eventsOf(field)).not.toContain(notOn);
  });

  it.each(['fd.sip', 'fd.name', 'fs.path.name', 'fs.path.target', 'evt.is_open_read', 'evt.buffer'])(
    '%s: only on events that are seen',
    (field) => {
      for (const type of eventsOf(field) ?? []) expect(SEEN_TYPES).toContain(type);
    },
  );

  it('proc.name: on every event', () => {
    expect(eventsOf('proc.name')).toBeUndefined();
  });
});
