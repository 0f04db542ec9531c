import { expect, it } from 'vitest';
import { installed } from '../../sandbox/installed.js';
import { projectRunning, withProject } from '../../sandbox/rig.js';

const TOKEN = "'--//registry.npmjs.org/:_authToken=npm_none'";

it.each([
  ['npm publish', `npm publish --ignore-scripts --provenance=false ${TOKEN}`, 'PUT', '/project'],
  ['npm dist-tag', `npm dist-tag add project@1.0.0 stolen ${TOKEN}`, 'GET', '/-/package/project/dist-tags'],
  ['npm search', 'npm search stolen', 'GET', /^\/-\/v1\/search\?text=stolen/],
  ['npm whoami', `npm whoami ${TOKEN}`, 'GET', '/-/whoami'],
  ['curl', 'curl -sS -A "$(hostname)" https://registry.npmjs.org/left-pad', 'GET', '/left-pad'],
])('%s in a script reaches no registry, and is told', async (_what, command, method, path) => {
  await withProject(
    projectRunning(`${command} || true`),
    async (run) => {
      const { log } = await installed(run, 60_000);
      const row = run.egressEvidence().egress.find(({ host, allowed }) => host === 'registry.npmjs.org' && !allowed);
      const asked = expect.objectContaining({
        method,
        path: typeof path === 'string' ? path : expect.stringMatching(path),
      });
      expect(row?.requests, log).toContainEqual(asked);
    },
    { sink: { status: 404 } },
  );
});
