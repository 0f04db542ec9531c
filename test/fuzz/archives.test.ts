import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { checkArchive } from '../blobs/check.js';
import { mutate } from '../blobs/mutations.js';
import { seeded } from '../support/random.js';

test('5,000 damaged archives: each is taken or refused with a reason, and nothing else happens', async () => {
  const random = seeded(20261121);
  const outcomes = new Map<string, number>();
  for (let round = 0; round < 5_000; round++) {
    const body = gzipSync(mutate(random), { level: 1 });
    const outcome = await checkArchive(body).then(
      () => 'taken',
      (error: { name: string; code: string }) => (error.name === 'ArchiveError' ? error.code : `${error}`),
    );
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect([...outcomes.keys()].filter((outcome) => !/^[a-z-]+$/.test(outcome))).toEqual([]);
  expect(outcomes.size).toBeGreaterThan(10);
});
