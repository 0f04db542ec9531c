import { describe, expect, it } from 'vitest';
import type { Ecosystem } from '../../../src/jobs/job.js';
import { chooseManager } from '../../src/ecosystems/choose.js';
import type { FoundProject } from '../../src/ecosystems/project.js';

const project = (more: Partial<FoundProject> = {}): FoundProject => ({
  root: '/home/ci/project',
  files: [],
  packageManager: null,
  yarnLock: null,
  ...more,
});

const rows: readonly [string, Ecosystem, Partial<FoundProject>, string, RegExp][] = [
  ['nothing tells', 'auto', {}, 'npm 12', /nothing in the project/],
  ['a lock file of npm', 'auto', { files: ['package-lock.json'] }, 'npm 12', /package-lock.json/],
  ['a lock file of pnpm', 'auto', { files: ['pnpm-lock.yaml'] }, 'pnpm 12', /pnpm-lock.yaml/],
  ['a lock file of yarn 1', 'auto', { files: ['yarn.lock'], yarnLock: 'classic' }, 'yarn 1', /of yarn 1/],
  ['a lock file of yarn 4', 'auto', { files: ['yarn.lock'], yarnLock: 'berry' }, 'yarn 4', /of yarn 2 or later/],
  [
    'two lock files',
    'auto',
    { files: ['package-lock.json', 'yarn.lock'], yarnLock: 'classic' },
    'npm 12',
    /beside yarn.lock/,
  ],
  [
    'packageManager against the lock file',
    'auto',
    { files: ['package-lock.json'], packageManager: 'pnpm@9.1.0' },
    'pnpm 12',
    /asks for pnpm@9.1.0/,
  ],
  ['packageManager yarn 1', 'auto', { packageManager: 'yarn@1.22.19' }, 'yarn 1', /yarn@1.22.19/],
  ['packageManager yarn 3', 'auto', { packageManager: 'yarn@3.6.1' }, 'yarn 4', /yarn@3.6.1/],
  ['packageManager of something else', 'auto', { packageManager: 'bun@1.0.0' }, 'npm 12', /nothing in the project/],
  ['a workspace file of pnpm', 'auto', { files: ['pnpm-workspace.yaml'] }, 'pnpm 12', /pnpm-workspace/],
  ['a configuration of yarn 4', 'auto', { files: ['.yarnrc.yml'] }, 'yarn 4', /.yarnrc.yml/],
  [
    'asked for npm',
    'npm',
    { files: ['pnpm-lock.yaml'], packageManager: 'pnpm@9' },
    'npm 12',
    /request asks for it, though .* pnpm-lock.yaml/,
  ],
  ['asked for npm with its lock file', 'npm', { files: ['package-lock.json', 'yarn.lock'] }, 'npm 12', /asks for it$/],
  ['asked for yarn, nothing tells which', 'yarn', {}, 'yarn 1', /nothing tells its version/],
  [
    'asked for yarn with a lock file of yarn 4',
    'yarn',
    { files: ['yarn.lock'], yarnLock: 'berry' },
    'yarn 4',
    /asks for it; yarn.lock/,
  ],
  ['asked for bundler', 'bundler', { files: ['gems.rb'] }, 'bundler 2', /asks for it$/],
  ['asked for bundler, two Gemfiles', 'bundler', { files: ['gems.rb', 'Gemfile'] }, 'bundler 2', /takes gems.rb/],
];

describe('the package manager', () => {
  it.each(rows)('%s', (_case, ecosystem, more, expected, reason) => {
    const { manager, reason: said } = chooseManager(ecosystem, project(more));
    expect(`${manager.name} ${manager.version.split('.')[0]}`).toBe(expected);
    expect(said).toMatch(reason);
  });
});
