import { describe, expect, it } from 'vitest';
import { isProjectSetting } from '../../../src/report/findings/project-settings.js';

const PROJECT = '/home/ci/project';

describe('a file of the project that tools take their orders from', () => {
  it.each([
    '.envrc',
    '.husky/pre-commit',
    '.npmrc',
    'packages/a/.npmrc',
    '.git/info/attributes',
    '.git/hooks/pre-push',
    '.gitattributes',
    '.pnp.cjs',
    '.pnpmfile.mjs',
    '.yarn/releases/yarn.cjs',
    '.yarn/plugins/e.cjs',
    'lefthook.yml',
    '.devcontainer/devcontainer.json',
    '.pre-commit-config.yaml',
    '.eslintrc.js',
    '.mocharc.cjs',
    'vite.config.js',
    'packages/web/next.config.ts',
    'Makefile',
    'Rakefile',
    'Dockerfile.dev',
    'docker-compose.yml',
    'GEMINI.md',
    'AGENTS.md',
    '.cursor/rules/x.mdc',
    '.vscode/tasks.json',
    '.github/workflows/x.yml',
    '.gitlab-ci.yml',
    'package.json',
    'package-lock.json',
    'pnpm-lock.yaml',
    'binding.gyp',
    'node_modules/.hooks/postinstall',
    'node_modules/.package-lock.json',
  ])('%s', (path) => expect(isProjectSetting(`${PROJECT}/${path}`)).toBe(true));

  it.each([
    'src/generated.ts',
    'public/mockServiceWorker.js',
    '.next/build.json',
    '.nx/workspace-data/x.db',
    '.turbo/daemon.log',
    'dist/index.js',
    'docs/README.md',
    'node_modules/a/package.json',
    'node_modules/a/vite.config.js',
    'node_modules/.cache/babel/x.js',
    'node_modules/.prisma/client/index.js',
  ])('not %s', (path) => expect(isProjectSetting(`${PROJECT}/${path}`)).toBe(false));

  it('not what lies elsewhere', () => expect(isProjectSetting('/home/ci/other/Makefile')).toBe(false));
});
