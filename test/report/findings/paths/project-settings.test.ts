import { describe, expect, it } from 'vitest';
import { isNewCode, isNewSetting } from '../../../../src/report/findings/paths/new-in-project.js';
import { isProjectSetting } from '../../../../src/report/findings/paths/project-settings.js';

const PROJECT = '/home/ci/project';

describe('a file of the project that tools take their orders from', () => {
  it.each([
    '.envrc',
    '.env.production',
    'packages/a/.env',
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
    ...[
      'cdk.json',
      'vercel.json',
      'netlify.toml',
      'mise.toml',
      '.mise.toml',
      'opencode.json',
      'karma.conf.js',
      'wdio.conf.ts',
    ],
    ...[
      'truffle-config.js',
      'ember-cli-build.js',
      'firebase.json',
      'foundry.toml',
      'serverless.yml',
      'skaffold.yaml',
      'Tiltfile',
    ],
    ...[
      'pyproject.toml',
      'conftest.py',
      'sitecustomize.py',
      'build.rs',
      'project.json',
      'angular.json',
      '.zed/tasks.json',
    ],
    ...[
      '.kiro/hooks/a.kiro.hook',
      '.devcontainer.json',
      '.nvim.lua',
      '.clinerules',
      '.roo/mcp.json',
      '.amazonq/mcp.json',
    ],
    ...['.junie/mcp/mcp.json', '.opencode/plugin/a.js', '.augment/x.json', '.trae/rules.md', '.fleet/run.json'],
    ...['.storybook/main.js', '.aider.conf.yml', '.goosehints', '.dependency-cruiser.js', '.lintstagedrc.toml'],
    'node_modules/.hooks/postinstall',
    'node_modules/.package-lock.json',
    'test/late.test.js',
    'src/setupTests.ts',
    '__mocks__/fs.js',
    'src/pages/api/health.js',
    'server/plugins/x.ts',
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
    'src/pages/index.tsx',
    'src/generated/client.js',
  ])('not %s', (path) => expect(isProjectSetting(`${PROJECT}/${path}`)).toBe(false));

  it('not files elsewhere', () => expect(isProjectSetting('/home/ci/other/Makefile')).toBe(false));
});

describe('what a lifecycle script makes anew among the settings of a project', () => {
  it.each(['.newtool/hooks.json', '.newtool.yml', '.env.local', 'server.js', 'newtool.toml', 'Newfile', 'new.json'])(
    '%s',
    (path) => expect(isNewSetting(`${PROJECT}/${path}`)).toBe(true),
  );

  it.each([
    ...[
      '.next/server/x.js',
      '.nuxt/nuxt.d.ts',
      '.svelte-kit/x',
      '.turbo/x.log',
      '.nx/x.db',
      '.eslintcache',
      '.parcel-cache/x',
      '.cache/x',
    ],
    ...[
      'next-env.d.ts',
      'components.d.ts',
      'npm-debug.log',
      'stats.html',
      'LICENSES.txt',
      'public/mockServiceWorker.js',
      'src/generated.ts',
    ],
    ...['node_modules/.x/a.js', 'node_modules/a/server.js', 'dist/index.js', '.DS_Store'],
  ])('not %s', (path) => expect(isNewSetting(`${PROJECT}/${path}`)).toBe(false));

  it('not files elsewhere', () => expect(isNewSetting('/home/ci/.newtool.yml')).toBe(false));
});

describe('code that is new in a project', () => {
  it.each([
    'src/boot.js',
    'scripts/release.sh',
    'lib/index.js',
    'public/sw.js',
    'dist/index.js',
    'packages/a/src/x.tsx',
    'migrations/001.sql',
    'app/views/x.erb',
    'server.js',
  ])('%s', (path) => expect(isNewCode(`${PROJECT}/${path}`)).toBe(true));

  it.each([
    '.next/server/x.js',
    '.turbo/x.js',
    'src/types.d.ts',
    'docs/README.md',
    'public/logo.svg',
    'logs/install.js',
    'tmp/x.js',
    'node_modules/.prisma/client/index.js',
    'node_modules/a/index.js',
    'LICENSES.txt',
    'vendor/bundle/ruby/3.1.0/extensions/x86_64-linux/3.1.0/dep-1.2.3/dep_ext.so',
  ])('not %s', (path) => expect(isNewCode(`${PROJECT}/${path}`)).toBe(false));

  it('not what lies elsewhere', () => expect(isNewCode('/tmp/x.js')).toBe(false));
});
