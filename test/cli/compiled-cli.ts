import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { glob } from 'tinyglobby';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** `packwarden`'s entry, compiled from the sources of this moment. */
    cliMain: string;
  }
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What the compiled code does not look for beside its own folder. */
const NOT_LINKED = new Set(['src', 'dist', '.git']);
let folder: string;

/**
 * Compiles the sources once, for the tests that run `packwarden` as a process: a start that compiles (tsx) costs three times
 * as much, and dist/ may be older than the sources.
 */
export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'pw-compiled-'));
  const linked = (await readdir(ROOT)).filter((name) => !NOT_LINKED.has(name));
  for (const name of linked) await symlink(join(ROOT, name), join(folder, name));
  const sources = await glob('src/**/*.ts', { cwd: ROOT, absolute: true });
  await build({ entryPoints: sources, outbase: join(ROOT, 'src'), outdir: join(folder, 'dist'), format: 'esm' });
  project.provide('cliMain', join(folder, 'dist/cli/main.js'));
}

export async function teardown(): Promise<void> {
  await rm(folder, { recursive: true });
}
