import { expect, it } from 'vitest';
import { Link, listed, manifest } from './listed.js';

const root = manifest('.', 'root', '1.0.0', { dependencies: { x: '1' } });
const x = manifest('node_modules/x', 'x', '1.0.0', { bin: 'cli.js' });

it("finds where the names in npm's and yarn's .bin folders lead, those of nested packages too", () => {
  const { commands } = listed('npm', {
    ...root,
    ...x,
    'node_modules/x/cli.js': '',
    'node_modules/.bin/x': new Link('../x/cli.js'),
    'node_modules/.bin/gone': new Link('../gone/cli.js'),
    ...manifest('node_modules/x/node_modules/y', 'y', '1.0.0'),
    'node_modules/x/node_modules/y/y.js': '',
    'node_modules/x/node_modules/.bin/y': new Link('../y/y.js'),
  });
  expect(commands).toEqual({
    'node_modules/.bin/x': 'node_modules/x/cli.js',
    'node_modules/x/node_modules/.bin/y': 'node_modules/x/node_modules/y/y.js',
  });
});

it("reads pnpm's shell scripts, which stand for links", () => {
  const shim = '#!/bin/sh\nbasedir=$(dirname "$0")\nexec node  "$basedir/../x/cli.js" "$@"\n';
  const { commands } = listed('pnpm', { ...root, ...x, 'node_modules/x/cli.js': '', 'node_modules/.bin/x': shim });
  expect(commands).toEqual({ 'node_modules/.bin/x': 'node_modules/x/cli.js' });
});

it('a script that names no file stands for itself', () => {
  const { commands } = listed('pnpm', { ...root, ...x, 'node_modules/.bin/x': '#!/bin/sh\necho "$basedir"\n' });
  expect(commands).toEqual({ 'node_modules/.bin/x': 'node_modules/.bin/x' });
});
