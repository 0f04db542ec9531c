import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/report/report.js';
import { reportOf, submitAs } from '../../support/client.js';
import { runningService } from '../../support/running-service.js';
import { packProject } from '../../support/tarballs.js';

const JOB_MS = 120_000;

/** A tool of the project's build that takes credentials when it is run, and is honest when it is installed, loaded or asked for help. */
const WITH_BUILD = {
  'package.json': {
    name: 'app',
    version: '1.0.0',
    scripts: { prebuild: 'node prepare.js', build: 'builder src', broken: 'exit 3' },
    devDependencies: { builder: 'file:builder' },
  },
  'prepare.js': "require('node:fs').mkdirSync('dist', { recursive: true });",
  '.npmrc': 'install-links=true\n',
  'builder/package.json': { name: 'builder', version: '1.0.0', bin: 'cli.js', main: 'index.js' },
  'builder/index.js': '',
  'builder/cli.js': `#!/usr/bin/env node
const fs = require('node:fs');
if (process.argv[2] === 'src') {
  fs.writeFileSync('dist/out.js', '');
  fs.readFileSync(process.env.HOME + '/.aws/credentials');
}
`,
};

describe('scripts of the project that a job asks for', () => {
  const service = runningService({ PACKWARDEN_DEPTH: 'quick', PACKWARDEN_LINGER_S: '1' });
  const reportOfRun = async (query: string): Promise<Report> =>
    reportOf(service.url, await submitAs(service.url, await packProject(WITH_BUILD), query));

  it(
    'show what the tools do that they start: it is the tool that did it, in a step of the project',
    async () => {
      const report = await reportOfRun('run=build');
      const finding = report.findings.find(({ rule }) => rule === 'Read of cloud credentials');
      expect(finding).toMatchObject({ phase: 'run', package: { name: 'builder' }, ranBy: { name: 'app' } });
      expect(report.findings.map((found) => found.package?.name)).not.toContain('app');
      expect(report.incomplete).toEqual([]);
      const [step] = report.phases.find(({ name }) => name === 'run')?.steps ?? [];
      expect(step).toMatchObject({ scripts: ['prebuild', 'build'], exitCode: 0 });
    },
    JOB_MS,
  );

  it(
    'are not run unless a job asks for them',
    async () => expect((await reportOfRun('')).verdict).toBe('clean'),
    JOB_MS,
  );

  it(
    'that fail, or are not there, leave the run incomplete',
    async () => {
      const report = await reportOfRun('run=broken,biuld');
      expect(report.verdict).toBe('incomplete');
      expect(report.incomplete.map(({ message }) => message)).toEqual([
        expect.stringMatching(/^the script broken of the project ended with exit code 3/),
        'the project has no script biuld: it has prebuild, build, broken',
      ]);
    },
    JOB_MS,
  );
});
