import type { Acceptance } from '../../src/report/acceptance/baseline.js';
import { PROJECT, pkg, scriptsOf, treeOf } from './evidence.js';

/** A project whose dependency `hooks` writes a Git hook when it is installed. */
export const packages = [pkg('.', ['hooks']), pkg('node_modules/hooks', [], ['install'])];
export const tree = treeOf([
  ...scriptsOf('hooks'),
  [2, 20, 10, `${PROJECT}/node_modules/hooks`, 'sh -c node install.js'],
]);
export const hookFile = `${PROJECT}/.git/hooks/pre-commit`;

/** The entry of a baseline that accepts it. */
export const entry: Acceptance = {
  rule: 'Git hook written',
  package: 'hooks',
  version: '^1.0.0',
  detail: `${PROJECT}/.git/hooks/`,
  reason: 'our hook manager',
  expires: '2099-12-31',
};
