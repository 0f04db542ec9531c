import { describe, expect, it } from 'vitest';
import { LeakLog } from '../../../src/egress/content/leak.js';
import { Ledger } from '../../../src/egress/ledger.js';
import { OVERFLOW_HOST } from '../../../src/egress/record.js';
import { egressFaults } from '../../../src/report/evidence/egress/egress-rows.js';

const MANY = 250;
const from = { via: 'proxy', clientPort: 4000 } as const;

describe('more than is kept', () => {
  it('of leaks is counted, and makes the run incomplete', () => {
    const log = new LeakLog(() => 0);
    const place = (n: number) =>
      ({ host: `h${n}.invalid`, port: 443, where: 'body', asked: `h${n}.invalid`, from }) as const;
    for (let n = 0; n < MANY; n += 1) log.note({ secret: 'npm token', encoding: 'plain' }, place(n));
    const leaks = log.leaks();
    expect(leaks.reduce((sum, { count }) => sum + count, 0)).toBe(MANY);
    expect(leaks.filter(({ host }) => host === OVERFLOW_HOST)).toHaveLength(1);
    expect(egressFaults({ egress: [], leaks, unreadBodies: 0 })).toMatchObject([{ code: 'alerts-overflowed' }]);
  });

  it('of names that could not be read is counted by the reason', () => {
    const ledger = new Ledger(10, () => 0);
    const to = { host: 'a.invalid', port: 443, via: 'proxy', allowed: false } as const;
    for (let n = 0; n < MANY; n += 1) ledger.recordUnread(to, { reason: 'not-http', serverName: `s${n}.invalid` });
    const [record] = ledger.records();
    expect(record?.unread.reduce((sum, { count }) => sum + count, 0)).toBe(MANY);
  });
});
