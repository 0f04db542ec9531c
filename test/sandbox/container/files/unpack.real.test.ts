import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rewritten } from '../../../../src/blobs/rewrite.js';
import type { SandboxRun } from '../../../../src/jobs/ports.js';
import { createSandbox } from '../../../../src/sandbox/docker-sandbox.js';
import { sandboxOptions } from '../../rig.js';
import { type Files, tarball } from '../../tarball.js';

let run: SandboxRun;
// Each case fails before it leaves anything that the next one could meet, or stands in a folder of its own.
beforeAll(async () => {
  run = await createSandbox(sandboxOptions()).create({ jobId: randomUUID(), ecosystem: 'npm', attempt: 1 });
});
afterAll(() => run.destroy());

async function bytes(files: Files): Promise<Buffer> {
  return Buffer.concat(await (await tarball(files)).toArray());
}

function failing(): Readable {
  return new Readable({
    read() {
      this.destroy(new Error('the spool is gone'));
    },
  });
}

describe('an archive that holds no project fails, and says why', () => {
  it.each<[string, () => Promise<Readable>, RegExp]>([
    ['nothing', async () => Readable.from([]), /could not be unpacked/],
    ['noise', async () => Readable.from([randomBytes(100_000)]), /the gzip data is damaged/],
    ['gzip that is no tar', async () => Readable.from([gzipSync(randomBytes(5000))]), /not a tar archive/],
    [
      'a truncated one',
      async () => Readable.from([(await bytes({ a: randomBytes(9000).toString('hex') })).subarray(0, 4000)]),
      /is truncated/,
    ],
    ['no package.json', () => tarball({ 'readme.md': 'hello' }), /holds no package\.json/],
    [
      'several projects and none at the top',
      () => tarball({ 'a/package.json': {}, 'b/package.json': {} }),
      /several below it: a, b/,
    ],
  ])('%s', async (_case, archive, message) => {
    await expect(run.unpack(rewritten(await archive()))).rejects.toMatchObject({
      code: 'unpack-failed',
      message: expect.stringMatching(message),
    });
  });

  it("a spool that fails while it is read is not the project's fault", async () => {
    await expect(run.unpack(rewritten(failing()))).rejects.toThrow('the spool is gone');
  });
});

it('an archive that does not fit is reported with the setting to change', async () => {
  const limits = { ...sandboxOptions().limits, homeBytes: 16 * 1024 ** 2 };
  const small = await createSandbox(sandboxOptions({ limits })).create({
    jobId: randomUUID(),
    ecosystem: 'npm',
    attempt: 1,
  });
  try {
    const files = { 'package.json': {}, 'large.bin': randomBytes(20 * 1024 ** 2) };
    await expect(small.unpack(rewritten(await tarball(files)))).rejects.toMatchObject({
      code: 'unpack-failed',
      message: expect.stringMatching(/does not fit into the 16777216 bytes of PACKWARDEN_HOME_BYTES/),
    });
  } finally {
    await small.destroy();
  }
});

describe('a package.json that is none', () => {
  it.each<[string, string | object, RegExp]>([
    ['not JSON', '{ "name": ', /package\.json is not JSON/],
    ['a list', '[]', /package\.json is not an object/],
    ['two megabytes', `{"a":"${'x'.repeat(2_000_000)}"}`, /more than 1048576/],
  ])('%s', async (_case, manifest, message) => {
    await expect(run.unpack(rewritten(await tarball({ 'package.json': manifest })))).rejects.toMatchObject({
      code: 'unpack-failed',
      message: expect.stringMatching(message),
    });
  });
});

describe('the root of the project', () => {
  it.each([
    ['at the top', 'package.json', '/home/ci/project'],
    ['as npm pack writes it', 'package/package.json', '/home/ci/project/package'],
    ['two folders down', 'a/b/package.json', '/home/ci/project/a/b'],
    [
      'in a folder with spaces and signs',
      "Mein Projekt #2 100% 'ü'/package.json",
      "/home/ci/project/Mein Projekt #2 100% 'ü'",
    ],
  ])('%s', async (_case, manifest, root) => {
    const sandbox = createSandbox(sandboxOptions());
    const fresh = await sandbox.create({ jobId: randomUUID(), ecosystem: 'npm', attempt: 1 });
    try {
      const beside = {
        'node_modules/x/package.json': {},
        '__MACOSX/package.json': {},
        '.git/package.json': {},
        '._p': '',
      };
      await fresh.unpack(rewritten(await tarball({ [manifest]: { name: 'p' }, ...beside })));
      expect(fresh.projectDir).toBe(root);
    } finally {
      await fresh.destroy();
    }
  });
});
