import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { containerEnvironment } from '../../../src/ecosystems/node/environment.js';
import { HOME } from '../../../src/ecosystems/places.js';
import { makeDecoys } from '../../../src/sandbox/decoys/make.js';
import { guiseVariables, newJobNumbers, runnerFiles } from '../../../src/sandbox/packages/guise-variables.js';

const numbers = () => newJobNumbers(() => randomBytes(8).toString('hex'));
const variables = (ci: 'gitlab' | 'github' | 'other', aheadDays = 0, job = numbers()) =>
  new Map(guiseVariables({ ci, aheadDays }, job).map((line) => [line.slice(0, line.indexOf('=')), line]));

describe('the CI job that a sandbox looks like', () => {
  it.each([
    ['gitlab', 'CI_JOB_ID'],
    ['gitlab', 'CI_PIPELINE_ID'],
    ['gitlab', 'CI_COMMIT_SHA'],
    ['github', 'GITHUB_RUN_ID'],
    ['github', 'GITHUB_SHA'],
  ] as const)('is another one each time: %s %s', (ci, name) => {
    expect(variables(ci).get(name)).not.toBe(variables(ci).get(name));
  });

  it.each(['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_EVENT_PATH'])(
    'has the file that %s names',
    (name) => {
      const job = numbers();
      const file = variables('github', 0, job).get(name)?.slice(`${name}=`.length);
      expect(runnerFiles(job).map(({ path }) => path)).toContain(file);
    },
  );

  it.each(['gitlab', 'github', 'other'] as const)(
    'leaves scripts room in the part of an environment that is reported: %s',
    (ci) => {
      const network = { proxy: 'http://192.168.224.1:3128', registry: 'https://registry.npmjs.org/', registries: [] };
      const decoys = makeDecoys(randomBytes, HOME).variables.map(({ variable, value }) => `${variable}=${value}`);
      const all = [...containerEnvironment(network), ...decoys, ...guiseVariables({ ci, aheadDays: 45 }, numbers())];
      expect(all.join(' ').length).toBeLessThan(2_500);
    },
  );

  it('says of a machine outside of CI that it is none', () => {
    const told = guiseVariables({ ci: 'none', aheadDays: 0 }, numbers());
    expect(told).toEqual(['CI=', 'CI_JOB_TOKEN=']);
  });

  it.each(['JENKINS_URL', 'CIRCLECI', 'VERCEL', 'NODE_ENV'])('has %s in one guise', (name) => {
    expect(variables('other').has(name)).toBe(true);
    expect(variables('other').has('GITHUB_ACTIONS')).toBe(false);
  });

  it('moves no clock unless it is to', () => {
    expect(variables('github').has('LD_PRELOAD')).toBe(false);
    expect(variables('gitlab', 45).get('FAKETIME')).toBe('FAKETIME=+45d');
  });
});
