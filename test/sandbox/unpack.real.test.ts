import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxRun } from '../../src/jobs/ports.js';
import { createSandbox } from '../../src/sandbox/docker-sandbox.js';
import { sandboxOptions } from './rig.js';
import { type Files, tarball } from './tarball.js';

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
    ['noise', async () => Readable.from([randomBytes(100_000)]), /not in gzip format/],
    [
      'gzip that is no tar',
      async () => Readable.from([gzipSync(randomBytes(5000))]),
      /does not look like a tar archive/,
    ],
    [
      'a truncated one',
      async () => Readable.from([(await bytes({ a: randomBytes(9000).toString('hex') })).subarray(0, 4000)]),
      /unexpected end of file/,
    ],
    ['no package.json', () => tarball({ 'readme.md': 'hello' }), /holds no package\.json/],
    [
      'several projects and none at the top',
      () => tarball({ 'a/package.json': {}, 'b/package.json': {} }),
      /several below it: a, b/,
    ],
  ])('%s', async (_case, archive, message) => {
    await expect(run.unpack(await archive())).rejects.toMatchObject({
      code: 'unpack-failed',
      message: expect.stringMatching(message),
    });
  });

  it("a spool that fails while it is read is not the project's fault", async () => {
    await expect(run.unpack(failing())).rejects.toThrow('the spool is gone');
  });
});

describe('a package.json that is none', () => {
  it.each<[string, string | object, RegExp]>([
    ['not JSON', '{ "name": ', /package\.json is not JSON/],
    ['a list', '[]', /package\.json is not an object/],
    ['two megabytes', `{"a":"${'x'.repeat(2_000_000)}"}`, /more than 1048576/],
  ])('%s', async (_case, manifest, message) => {
    await expect(run.unpack(await tarball({ 'package.json': manifest }))).rejects.toMatchObject({
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
  ])('%s', async (_case, manifest, root) => {
    const sandbox = createSandbox(sandboxOptions());
    const fresh = await sandbox.create({ jobId: randomUUID(), ecosystem: 'npm', attempt: 1 });
    try {
      await fresh.unpack(await tarball({ [manifest]: { name: 'p' }, 'node_modules/x/package.json': {} }));
      expect(fresh.projectDir).toBe(root);
    } finally {
      await fresh.destroy();
    }
  });
});
