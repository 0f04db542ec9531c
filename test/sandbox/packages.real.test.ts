import { expect, it } from 'vitest';
import { installed } from './installed.js';
import { withProject } from './rig.js';
import type { Files } from './tarball.js';

it('lists what is installed: nested, scoped, aliases, and manifests written to mislead', async () => {
  const files: Files = {
    'package.json': {
      name: 'project',
      version: '1.0.0',
      scripts: { prepare: 'true', test: 'true' },
      dependencies: { outer: '1', '@scope/pkg': '1', alias: 'npm:real@2', linked: 'file:lib/linked' },
      devDependencies: { tool: '1' },
    },
    'node_modules/outer/package.json': { name: 'outer', version: '1.0.0', dependencies: { inner: '1' } },
    'node_modules/outer/node_modules/inner/package.json': {
      name: 'inner',
      version: '1.1.0',
      scripts: { preinstall: 'x' },
    },
    'node_modules/@scope/pkg/package.json': {
      name: '@scope/pkg',
      version: '1.0.0',
      scripts: { prepare: 'not run here' },
    },
    'node_modules/alias/package.json': { name: 'real', version: '2.0.0' },
    'node_modules/native/package.json': { name: 'native', version: '1.0.0' },
    'node_modules/native/binding.gyp': '{}',
    'node_modules/broken/package.json': 'not json',
    'node_modules/odd/package.json': { name: 7, version: {}, scripts: 'x', dependencies: ['y'] },
    'node_modules/long/package.json': { name: 'n'.repeat(100_000), version: '1' },
    'node_modules/.bin/tool': '',
    'node_modules/.hidden/package.json': {},
    'lib/linked/package.json': { name: 'linked', version: '0.1.0', scripts: { postinstall: 'x', prepare: 'x' } },
  };
  await withProject(files, async (run) => {
    const { packages } = await run.packages();
    const byPath = new Map(packages.map((pkg) => [pkg.path, pkg]));
    expect(packages[0]).toEqual({
      name: 'project',
      version: '1.0.0',
      path: '.',
      realPath: '/home/ci/project',
      from: { kind: 'project', resolved: null, integrity: null },
      optional: false,
      scripts: ['prepare'],
      dependencies: ['outer', '@scope/pkg', 'alias', 'linked', 'tool'],
      bins: [],
    });
    expect(byPath.get('node_modules/outer/node_modules/inner')).toMatchObject({
      name: 'inner',
      scripts: ['preinstall'],
    });
    expect(byPath.get('node_modules/@scope/pkg')).toMatchObject({ name: '@scope/pkg', scripts: [] });
    // Without a record of an install only the folder says under which name it was delivered.
    expect(byPath.get('node_modules/alias')).toMatchObject({ name: 'alias', calledItself: 'real', version: '2.0.0' });
    expect(byPath.get('node_modules/native')).toMatchObject({ scripts: ['install'] });
    expect(byPath.get('node_modules/broken')).toMatchObject({ name: 'broken', version: '', scripts: [] });
    expect(byPath.get('node_modules/odd')).toMatchObject({ name: 'odd', scripts: [], dependencies: [] });
    expect(byPath.get('node_modules/long')?.calledItself).toHaveLength(214);
    expect([...byPath.keys()].filter((path) => path.includes('/.'))).toEqual([]);
  });
});

it('follows links, and is not held up by loops, FIFOs and devices', async () => {
  const setup = [
    'mkdir -p node_modules/fifo node_modules/zero',
    'ln -s ../lib/linked node_modules/linked',
    'ln -s loop node_modules/loop',
    'ln -s .. lib/linked/node_modules',
    'mkfifo node_modules/fifo/package.json',
    'ln -s /dev/zero node_modules/zero/package.json',
  ];
  const files: Files = {
    'package.json': { name: 'project', scripts: { postinstall: setup.join(' && ') } },
    'lib/linked/package.json': { name: 'linked', version: '0.1.0', scripts: { postinstall: 'x', prepare: 'x' } },
  };
  await withProject(files, async (run) => {
    expect(await installed(run, 60_000)).toMatchObject({ exitCode: 0 });
    const { packages } = await run.packages();
    const linked = packages.find(({ path }) => path === 'node_modules/linked');
    // Made by a script, so that no record of an install knows it as the project's own, for which `prepare` runs.
    expect(linked).toMatchObject({ realPath: '/home/ci/project/lib/linked', scripts: ['postinstall'] });
    expect(packages.length).toBeLessThan(20);
  });
});

it('loads each direct dependency, goes on after those that fail or hang, and says how each one went', async () => {
  const dependency = (name: string, source: string, manifest: object = {}): Files => ({
    [`node_modules/${name}/package.json`]: { name, version: '1.0.0', ...manifest },
    [`node_modules/${name}/index.js`]: source,
  });
  const names = ['plain', 'esm', 'events', 'dual', 'types', 'throws', 'hangs', 'serves', 'exits'];
  const files: Files = {
    'package.json': {
      name: 'project',
      dependencies: Object.fromEntries(names.map((name) => [name, '1'])),
      devDependencies: { dev: '1' },
    },
    ...dependency('plain', 'console.log("plain-here", process.cwd())'),
    ...dependency('events', 'console.log("events-here")'),
    ...dependency('esm', 'import fs from "node:fs"; console.log("esm-here", typeof fs)', { type: 'module' }),
    ...dependency('dual', 'console.log("dual-required")', { exports: { import: './esm.mjs', require: './index.js' } }),
    'node_modules/dual/esm.mjs': 'console.log("dual-imported")',
    'node_modules/types/package.json': { name: 'types', version: '1.0.0', types: 'index.d.ts' },
    ...dependency('throws', 'throw new Error("no-thanks")'),
    ...dependency('hangs', 'for (;;);'),
    ...dependency('serves', 'require("node:net").createServer().listen(0); console.log("serves-here")'),
    ...dependency('exits', 'process.exit(0)'),
    ...dependency('dev', 'console.log("dev-here")'),
  };
  await withProject(
    files,
    async (run) => {
      const step = await run.importAll(120_000, (await run.packages()).packages);
      expect(step).toMatchObject({ exitCode: 0, timedOut: false });
      for (const word of [
        'plain-here /home/ci/project',
        'esm-here object',
        'events-here',
        'dual-required',
        'dual-imported',
        'no-thanks',
        'serves-here',
        'dev-here',
      ]) {
        expect(step.log).toContain(word);
      }
      expect(step.log).toContain('[load] types: could not be loaded');
      expect(step.log).toContain('[load] throws: could not be loaded');
      expect(step.log).toContain('[load] hangs: stopped after 12 s');
      expect(step.log).toContain('[load] serves: loaded');
    },
    { limits: { cpus: 1, importEachMs: 12_000 } },
  );
});
