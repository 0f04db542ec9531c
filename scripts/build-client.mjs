#!/usr/bin/env node
// Packs the part of the command line that talks to a service as one tarball without dependencies, which the service then
// hands out at /cli.tgz: build-client.mjs [FILE]. What its hash covers is all that runs: nothing else is fetched for it.
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { create } from 'tar';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = process.argv[2] ?? join(root, 'dist/client/cli.tgz');
// Files that the code reads beside itself, at the same place below the package's folder as here.
const BESIDE = ['image/versions.env', 'LICENSE'];
// What a library would use if it were there; this one does without (XML documents, validation).
const OPTIONAL = ['ajv', 'ajv-formats', 'ajv-formats-draft2019', 'libxmljs2', 'xmlbuilder2'];

/** Bundles into `folder`; answers with the libraries of which something is in it. */
async function bundle(folder) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/client.ts'],
    outdir: join(folder, 'dist/cli'),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: OPTIONAL,
    legalComments: 'none',
    metafile: true,
    // Libraries of the older module system ask for Node's own modules this way.
    banner: { js: "import { createRequire as packwardenRequire } from 'node:module';\nconst require = packwardenRequire(import.meta.url);" },
  });
  const names = Object.keys(metafile.inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** The licence of each library, as its package has it: every one of them asks to be passed on. */
function licences(libraries) {
  return libraries
    .map((name) => {
      const folder = join(root, 'node_modules', name);
      const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const files = readdirSync(folder).filter((file) => /^(licen[sc]e|notice)/i.test(file)).sort();
      if (files.length === 0) throw new Error(`${name} brings no licence`);
      return `# ${name} ${version}\n\n${files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')}\n`;
    })
    .join('\n');
}

function manifest() {
  const { name, version, description, license, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return { name, version, description, license, type: 'module', engines, bin: { packwarden: 'dist/cli/client.js' } };
}

const work = mkdtempSync(join(tmpdir(), 'packwarden-client-'));
try {
  const folder = join(work, 'package');
  const libraries = await bundle(folder);
  for (const path of BESIDE) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(join(root, path), join(folder, path));
  }
  writeFileSync(join(folder, 'THIRD-PARTY-LICENCES'), licences(libraries));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(work.length + 1))
    .sort();
  mkdirSync(dirname(target), { recursive: true });
  // Neither times nor owners of this machine: the same sources make the same bytes. npm's own date.
  await create({ cwd: work, file: target, gzip: true, portable: true, mtime: new Date('1985-10-26T08:15:00Z') }, files);
} finally {
  rmSync(work, { recursive: true });
}
