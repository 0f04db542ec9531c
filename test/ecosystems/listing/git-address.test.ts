import { expect, it } from 'vitest';
import { gitAddress } from '../../../image/opt/node/listing/git-address.mjs';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

it.each([
  [`git+ssh://git@github.com/u/x.git#${COMMIT}`, `git+ssh://git@github.com/u/x.git#${COMMIT}`],
  [`git+file:///w/repo#${COMMIT}`, `git+file:///w/repo#${COMMIT}`],
  [`git://host/x#${COMMIT}`, `git://host/x#${COMMIT}`],
  [`git@host.example:u/x.git#${COMMIT}`, `ssh://git@host.example/u/x.git#${COMMIT}`],
  [`https://host.example/x.git#${COMMIT}`, `https://host.example/x.git#${COMMIT}`],
  ['https://host.example/x.git', 'https://host.example/x.git'],
  [`https://host.example/x#commit=${COMMIT}`, `https://host.example/x#${COMMIT}`],
  [`https://host.example/x.git#workspace=y&commit=${COMMIT}`, `https://host.example/x.git#${COMMIT}`],
  [`github:u/x#${COMMIT}`, `https://github.com/u/x.git#${COMMIT}`],
  ['bitbucket:u/x', 'https://bitbucket.org/u/x.git'],
  [`https://codeload.github.com/u/x/tar.gz/${COMMIT}`, `https://github.com/u/x.git#${COMMIT}`],
  [`https://bitbucket.org/u/x/get/${COMMIT}.tar.gz`, `https://bitbucket.org/u/x.git#${COMMIT}`],
  [`https://gitlab.com/g/u/x/-/archive/${COMMIT}/x.tar.gz`, `https://gitlab.com/g/u/x.git#${COMMIT}`],
  [
    `https://gitlab.com/api/v4/projects/u%2Fx/repository/archive.tar.gz?ref=${COMMIT}`,
    `https://gitlab.com/u/x.git#${COMMIT}`,
  ],
  ['https://registry.npmjs.org/x/-/x-1.0.0.tgz', undefined],
  ['https://host.example/x.gitx', undefined],
  ['file:vendor/x.tgz', undefined],
  ['./x', undefined],
])('%s', (address, expected) => {
  expect(gitAddress(address)).toBe(expected);
});
