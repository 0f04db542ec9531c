import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT } from '../../src/ecosystems/places.js';
import { projectRunning, withProject } from './rig.js';

/** What the project's script leaves behind: a file, an encoded one, a link, a name, and a file without any secret. */
const LEAVES = [
  'mkdir -p dist',
  'printf "k=%s" "$NPM_TOKEN" > "dist/a file"',
  'printf %s "$NPM_TOKEN" | gzip > dist/b.gz',
  'ln -s "$NPM_TOKEN" dist/c',
  'touch "dist/d$NPM_TOKEN"',
  'echo nothing > dist/e',
  'echo nothing > dist/f && chmod 0 dist/f',
  'printf %s "$NPM_TOKEN" | base64 -w0 | base64 -w0',
].join(' && ');

it('finds a decoy in what was written and printed', { timeout: 60_000 }, async () => {
  await withProject(projectRunning(LEAVES), async (run) => {
    await run.fetch(30_000);
    const [project] = (await run.packages()).packages;
    if (project === undefined) throw new TypeError('no project');
    const ran = await run.runScripts(project, 30_000);
    expect(ran, ran.log).toMatchObject({ exitCode: 0 });
    const left = [...(await run.snapshot()).keys()].filter((path) => path.startsWith(`${PROJECT}/dist/`));
    const { found, unsearched, unreadable } = await run.searchFiles([...left, `${PROJECT}/dist/gone`]);
    const decoy = 'CI variable NPM_TOKEN';
    expect(found.map(({ path, secret, encoding }) => [basename(path)[0], secret, encoding]).sort()).toEqual([
      ['a', decoy, 'plain'],
      ['b', decoy, 'plain in gzip'],
      ['c', decoy, 'plain'],
      ['d', decoy, 'plain'],
    ]);
    const now = Date.now();
    const changed = await run.changedSince(new Map(left.map((path) => [path, path.endsWith('/e') ? 0 : now + 1000])));
    expect(changed).toEqual([`${PROJECT}/dist/e`]);
    expect(unsearched).toBe(0);
    expect(unreadable).toEqual([`${PROJECT}/dist/f`]);
    const printed = run.printedSecrets().map(({ secret, encoding }) => [secret, encoding]);
    expect(printed).toEqual([[decoy, 'base64 in base64']]);
  });
});
