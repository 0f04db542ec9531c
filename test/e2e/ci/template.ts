import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

const jobSchema = z.object({
  variables: z.record(z.string(), z.string()).optional(),
  script: z.array(z.string()),
  artifacts: z.object({ paths: z.array(z.string()), reports: z.record(z.string(), z.string()) }),
});
/** A job of `.gitlab-ci.yml`, as far as a shell executor runs it. */
export type CiJob = z.infer<typeof jobSchema>;

const specSchema = z.object({
  spec: z.object({
    inputs: z.record(z.string(), z.object({ default: z.union([z.string(), z.boolean()]).optional() })),
  }),
});

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');

function jobOf(yaml: string, name: string): CiJob {
  return z
    .record(z.string(), z.unknown())
    .transform((jobs) => jobSchema.parse(jobs[name]))
    .parse(parse(yaml));
}

/** Files that a job keeps; its patterns have alternatives in braces, of which the first is what it writes by itself. */
export function artifactsOf({ artifacts }: CiJob): readonly string[] {
  const paths = artifacts.paths.map((path) => path.replace(/\{(\w+)[^}]*\}/, '$1'));
  return [...paths, ...Object.values(artifacts.reports)];
}

/** The job of a template that is included as it is. */
export function includedJob(path: string): CiJob {
  return jobOf(read(path), 'packwarden');
}

/** The job of a component, its inputs filled in as GitLab does it. */
export function componentJob(path: string, inputs: Readonly<Record<string, string>>): CiJob {
  const [head = '', body = ''] = read(path).split(/^---$/m);
  const { spec } = specSchema.parse(parse(head));
  const filled = body.replaceAll(/\$\[\[ inputs\.([\w-]+) \]\]/g, (_all, name: string) => {
    const value = inputs[name] ?? spec.inputs[name]?.default;
    if (value === undefined) throw new Error(`the input ${name} has no value`);
    return String(value);
  });
  return jobOf(filled, String(inputs['job-name'] ?? spec.inputs['job-name']?.default));
}

const BASH = ['bash', '-eo', 'pipefail'] as const;

/** Runs a job's script in `folder` as a GitLab runner does: one shell that reads it, its variables, a process group. */
export function runJob(
  job: CiJob,
  folder: string,
  variables: Readonly<Record<string, string>>,
  [shell, ...flags]: readonly [string, ...string[]] = BASH,
) {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, CI: 'true', CI_PROJECT_DIR: folder, ...job.variables, ...variables };
  const child = spawn(shell, flags, { cwd: folder, env, detached: true });
  let output = '';
  const listen = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  child.stdin.end(job.script.join('\n'));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, output })),
  );
  return { child, ended, output: () => output };
}
