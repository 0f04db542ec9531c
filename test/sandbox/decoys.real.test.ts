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

it("an archive's own .env takes the decoy's place", async () => {
  const files = { ...projectRunning('cat .env'), '.env': 'MINE=1\n' };
  await withProject(files, async (run) => expect((await installed(run, 60_000)).log).toMatch(/^MINE=1$/m));
});
