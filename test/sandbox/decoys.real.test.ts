import { expect, it } from 'vitest';
import { installed } from './installed.js';
import { projectRunning, withProject } from './rig.js';

it('every decoy stands in its place, readable for the project and for nobody else', async () => {
  const script = 'cd $HOME && find . -type f -not -path "./.npm/*" -printf "%p %m %u %s\\n"; echo token=$CI_JOB_TOKEN';
  await withProject(projectRunning(script), async (run) => {
    const { log } = await installed(run, 60_000);
    expect(run.decoys.length).toBeGreaterThan(20);
    for (const { path } of run.decoys) {
      const line = log.split('\n').find((text) => text.startsWith(`${path.replace('/home/ci/', './')} `));
      expect(line, path).toMatch(/ 600 ci \d+$/);
    }
    expect(log).toMatch(/^token=glcbt-64_\w{20}$/m);
  });
});

it("tools that keep a user's session print a decoy, and are not there for anything else", async () => {
  const asked = [
    ['gh auth token', '.config/gh/hosts.yml'],
    ['aws configure get aws_secret_access_key', '.aws/credentials'],
    ['gcloud auth print-access-token', '.config/gcloud/application_default_credentials.json'],
    ['az account get-access-token', '.azure/msal_token_cache.json'],
    ['kubectl config view --raw', '.kube/config'],
    ['vault print token', '.vault-token'],
  ];
  const flat = "tr -d '\\n'";
  const script = [
    ...asked.map(([command, file]) => {
      return `said=$(${command} | ${flat}); test -n "$said" && ${flat} < ~/${file} | grep -qF -- "$said" || echo "$said" | grep -qF -- "$(${flat} < ~/${file})" && echo printed: ${file}`;
    }),
    'docker ps || echo exit=$?',
    'claude -p hello || echo exit=$?',
  ].join('\n');
  await withProject(projectRunning(script), async (run) => {
    const { log } = await installed(run, 60_000);
    for (const [, file] of asked) expect(log).toContain(`printed: ${file}`);
    expect(log.match(/^exit=127$/gm)).toHaveLength(2);
  });
});

it("an archive's own .env takes the decoy's place", async () => {
  const files = { ...projectRunning('cat .env'), '.env': 'MINE=1\n' };
  await withProject(files, async (run) => expect((await installed(run, 60_000)).log).toMatch(/^MINE=1$/m));
});
