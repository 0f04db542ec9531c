import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Link, listed, manifest, type Tree } from './listed.js';

const EMPTY = 'an empty workspace pattern leads to no package';
const withPattern = (pattern: string): Tree => manifest('.', 'root', '1.0.0', { workspaces: [pattern] });

describe('an empty workspace pattern has words', () => {
  it.each<[string, Tree, readonly string[]]>([
    ['npm', withPattern(''), [EMPTY]],
    ['yarn-classic', withPattern(''), [EMPTY]],
    ['yarn-berry', withPattern(' '), [EMPTY]],
    ['bun', withPattern(''), [EMPTY]],
    ['pnpm', { ...manifest('.', 'root', '1.0.0'), 'pnpm-workspace.yaml': "packages: ['']\n" }, [EMPTY]],
    ['npm', withPattern('.'), []],
    ['npm', withPattern('!x'), []],
  ])('%s %#', (manager, tree, words) => {
    expect(listed(manager, tree).disagreements).toEqual(words);
  });

  it('also where bun has deleted its lock file, as there was nothing to install', () => {
    const { disagreements } = listed('bun', withPattern(''), (folder) => mkdirSync(join(folder, 'node_modules')));
    expect(disagreements).toEqual([EMPTY]);
  });
});

describe('a link to a folder without a manifest', () => {
  const linking = (spec: string): Tree => ({
    ...manifest('.', 'root', '1.0.0', { dependencies: { nm: spec } }),
    'node_modules/nm': new Link('../nm'),
    'nm/readme': 'x',
  });
  const words = 'node_modules/nm has no package.json that can be read';

  it('is none of npm’s packages', () => {
    const record = { '': {}, nm: {}, 'node_modules/nm': { resolved: 'nm', link: true } };
    const tree = { ...linking('file:nm'), 'node_modules/.package-lock.json': { lockfileVersion: 3, packages: record } };
    expect(listed('npm', tree).disagreements).toEqual([words]);
  });

  it('may be one of yarn’s', () => {
    const tree = {
      ...linking('link:nm'),
      'node_modules/.yarn-integrity': { topLevelPatterns: ['nm@link:nm'], lockfileEntries: { 'nm@link:nm': '' } },
    };
    expect(listed('yarn-classic', tree).disagreements).toEqual([]);
  });
});
