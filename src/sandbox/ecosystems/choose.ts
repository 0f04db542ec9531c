import type { Ecosystem } from '../../jobs/job.js';
import { bundler } from './bundler.js';
import type { PackageManager } from './manager.js';
import { npm } from './npm.js';
import { pnpm } from './pnpm.js';
import type { FoundProject } from './project.js';
import { yarnBerry } from './yarn-berry.js';
import { yarnClassic } from './yarn-classic.js';

/** The manager that installs a project, and why it is this one, in words for the report. */
export interface Choice {
  readonly manager: PackageManager;
  readonly reason: string;
}

const LOCKS: readonly (readonly [string, 'npm' | 'pnpm' | 'yarn'])[] = [
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
];

/** What the request asks for wins, then the project's own word (as corepack takes it), then its lock file. */
export function chooseManager(ecosystem: Ecosystem, project: FoundProject): Choice {
  if (ecosystem === 'bundler') return { manager: bundler, reason: `the request asks for it${bothGemfiles(project)}` };
  const asked = askedFor(project);
  const locks = LOCKS.filter(([file]) => project.files.includes(file));
  if (ecosystem !== 'auto') return chosen(ecosystem, project, `the request asks for it${otherLock(ecosystem, locks)}`);
  if (asked !== undefined) return chosen(asked, project, `package.json asks for ${project.packageManager}`);
  const [lock, ...others] = locks;
  if (lock !== undefined) {
    const beside = others.length === 0 ? '' : ` (beside ${others.map(([file]) => file).join(', ')})`;
    return chosen(lock[1], project, `the project has ${lock[0]}${beside}`);
  }
  if (project.files.includes('pnpm-workspace.yaml'))
    return chosen('pnpm', project, 'the project has pnpm-workspace.yaml');
  if (project.files.includes('.yarnrc.yml')) return chosen('yarn', project, 'the project has .yarnrc.yml');
  return chosen('npm', project, 'nothing in the project asks for another one');
}

function askedFor({ packageManager }: FoundProject): 'npm' | 'pnpm' | 'yarn' | undefined {
  return (['npm', 'pnpm', 'yarn'] as const).find((name) => packageManager?.startsWith(`${name}@`));
}

/** An install without the lock file it was made for gets other versions: whoever reads the report should know. */
function otherLock(name: string, locks: typeof LOCKS): string {
  const [other] = locks;
  if (other === undefined || locks.some(([, owner]) => owner === name)) return '';
  return `, though the project's lock file is ${other[0]}: versions may not be the locked ones`;
}

/** Whoever looks at the other one's lock file would read of other versions. */
function bothGemfiles({ files }: FoundProject): string {
  const hasBoth = files.includes('gems.rb') && files.includes('Gemfile');
  return hasBoth ? '; of gems.rb and Gemfile Bundler takes gems.rb with gems.locked' : '';
}

function chosen(name: 'npm' | 'pnpm' | 'yarn', project: FoundProject, why: string): Choice {
  if (name === 'npm') return { manager: npm, reason: why };
  if (name === 'pnpm') return { manager: pnpm, reason: why };
  return yarnOf(project, why);
}

function yarnOf({ packageManager, yarnLock, files }: FoundProject, why: string): Choice {
  const version = /^yarn@[^\d]*(\d+)/.exec(packageManager ?? '')?.[1];
  if (version !== undefined) {
    return {
      manager: version === '1' ? yarnClassic : yarnBerry,
      reason: `${why}; packageManager says ${packageManager}`,
    };
  }
  if (yarnLock !== null) {
    const which = yarnLock === 'berry' ? 'yarn 2 or later' : 'yarn 1';
    return { manager: yarnLock === 'berry' ? yarnBerry : yarnClassic, reason: `${why}; yarn.lock is of ${which}` };
  }
  if (files.includes('.yarnrc.yml')) return { manager: yarnBerry, reason: `${why}; .yarnrc.yml is of yarn 2 or later` };
  return { manager: yarnClassic, reason: `${why}; nothing tells its version` };
}
