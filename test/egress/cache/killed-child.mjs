// Downloads one tarball into a cache, and dies by SIGKILL when the file system is called for the KILL_AT-th time: half of what the
// call would have written is on the disk by then. Started by killed.test.ts.
import fs from 'node:fs';
import { request } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const { MODULE, FOLDER, PORT, TARBALL, KILL_AT } = process.env;
let left = Number.POSITIVE_INFINITY;
const halfOf = (data) => Buffer.from(data).subarray(0, Math.floor(data.length / 2));
const torn = {
  write: (file, data) => fs.writeSync(file, halfOf(data)),
  writev: (file, [data]) => fs.writeSync(file, halfOf(data)),
  writeFile: (path, data) => fs.writeFileSync(path, halfOf(data)),
  appendFile: (path, data) => fs.appendFileSync(path, halfOf(data)),
};

function arm(library, names) {
  for (const name of names) {
    const call = library[name];
    library[name] = (...values) => {
      left -= 1;
      if (left < 0) {
        torn[name]?.(...values);
        process.kill(process.pid, 'SIGKILL');
        for (;;);
      }
      return call(...values);
    };
  }
}
arm(fs, ['open', 'write', 'writev', 'close', 'rename', 'unlink']);
arm(fs.promises, ['access', 'appendFile', 'link', 'mkdir', 'open', 'rename', 'rm', 'unlink', 'writeFile']);
syncBuiltinESMExports();

const { openRegistryCache } = await import(MODULE);
const log = { warn: () => undefined };
const cache = await openRegistryCache({ folder: FOLDER, maxBytes: 2 ** 28, clock: Date, log });
left = Number(KILL_AT);
const registry = { url: `http://127.0.0.1:${PORT}/` };
const ask = ({ path, headers }, signal) =>
  new Promise((resolve, reject) => {
    const outgoing = request({ port: PORT, path, headers, agent: false, signal });
    outgoing.once('response', resolve).on('error', reject).end();
  });
while (cache.counters().hits === 0) {
  const asked = { registry, method: 'GET', path: TARBALL, headers: {}, gateway: registry };
  const { body } = await cache.answer(asked, ask, new AbortController().signal);
  for await (const _chunk of body);
  await new Promise((resolve) => setImmediate(resolve));
}
process.exit(0);
