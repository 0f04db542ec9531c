import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { hashToken } from '../../../src/api/auth/credentials.js';
import type { Report } from '../../../src/report/report.js';
import { finding, report } from '../../api/reports.js';
import { type Service, startService } from '../../api/service.js';
import { packClient } from '../../cli/client-package.js';
import { folderOf } from '../../cli/run-cli.js';
import { eventually } from '../../support/service-process.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string().optional() })),
  runs: z.object({
    using: z.literal('composite'),
    steps: z.tuple([z.object({ env: z.record(z.string(), z.string()), run: z.string() })]),
  }),
});
const action = actionSchema.parse(parse(read('action.yml')));
const [step] = action.runs.steps;

const tools = folderOf({});
let service: Service;

beforeAll(async () => {
  const commandLine = packClient(join(tools.path, 'cli.tgz'));
  service = await startService({ commandLine, tokens: [{ name: 'ci', digest: hashToken('a-token') }] });
});
afterAll(async () => {
  await service.close();
  tools.remove();
});

/** Runs the step as a runner does: expressions filled in, its files in place. */
async function run(inputs: Readonly<Record<string, string>>, made: Partial<Report> = {}) {
  const checkout = folderOf({ 'package.json': { name: 'app', version: '1.0.0' }, output: '', summary: '' });
  const context: Readonly<Record<string, string>> = {
    'github.repository': 'owner/app',
    'github.head_ref || github.ref_name': 'feature/$(touch x)',
    'github.event.repository.default_branch': 'main',
  };
  const filled = (text: string): string =>
    text.replaceAll(/\$\{\{ (.+?) \}\}/g, (_all, expression: string) => {
      const name = expression.replace('inputs.', '');
      return context[expression] ?? inputs[name] ?? action.inputs[name]?.default ?? '';
    });
  const env = {
    PATH: process.env.PATH,
    GITHUB_ACTION_PATH: ROOT,
    GITHUB_OUTPUT: join(checkout.path, 'output'),
    GITHUB_STEP_SUMMARY: join(checkout.path, 'summary'),
    ...Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, filled(text)])),
  };
  service.queue.specs.length = 0;
  let ended: { code: number; output: string } | undefined;
  execFile('bash', ['-eo', 'pipefail', '-c', step.run], { cwd: checkout.path, env }, (error, stdout, stderr) => {
    ended = { code: error === null ? 0 : Number(error.code), output: stdout + stderr };
  });
  const id = await eventually('a job or the end', 15_000, () => service.queue.specs[0]?.id ?? (ended && 'none'));
  const view = service.queue.views.get(id);
  const full = report({ id, ...made });
  if (view !== undefined) service.queue.views.set(id, { ...view, state: 'finished', report: full });
  const { code, output } = await eventually('the end', 15_000, () => ended);
  const file = (name: string): string => readFileSync(join(checkout.path, name), 'utf8');
  return { code, output, file, spec: service.queue.specs[0], remove: () => checkout.remove() };
}

const inputs = () => ({ url: `http://127.0.0.1:${service.port}`, token: 'a-token', 'retry-for': '0' });

describe('the GitHub action', () => {
  it.each([
    ['clean', {}, 0],
    ['findings', { verdict: 'findings', findings: [finding()] }, 1],
  ] as const)('%s', async (verdict, made, exitCode) => {
    const { code, output, file, spec, remove } = await run(inputs(), made as Partial<Report>);
    expect([code, output]).toEqual([exitCode, expect.stringContaining(`Verdict: ${verdict.toUpperCase()}`)]);
    expect(file('output')).toBe(`exit-code=${exitCode}\n`);
    expect(file('summary')).toContain(`Verdict: ${verdict.toUpperCase()}`);
    expect(JSON.parse(file('packwarden.sarif')).version).toBe('2.1.0');
    expect(JSON.parse(file('packwarden.json')).verdict).toBe(verdict);
    expect(spec?.project).toMatchObject({ ref: 'feature/$(touch x)' });
    remove();
  });

  it.each([
    ['an address that is none', { url: 'packwarden.example' }, 'is not an http or https address'],
    ['a service that is away', { url: 'http://127.0.0.1:9' }, 'no service answers at http://127.0.0.1:9'],
    ['a wrong token', { token: 'another' }, 'answered 401'],
    ['another command line', { 'cli-integrity': 'sha512-x' }, 'PACKWARDEN_CLI_INTEGRITY says sha512-x'],
  ])('%s', async (_title, change, words) => {
    const { code, output, remove } = await run({ ...inputs(), ...change });
    expect([code, output]).toEqual([2, expect.stringContaining(words)]);
    remove();
  });

  it('puts no input into a script', () => {
    expect(step.run).not.toContain('${{');
  });
});

it.each(['ci/packwarden.gitlab-ci.yml', 'templates/packwarden.yml'])(
  '%s fetches the command line by the same program',
  (path) => {
    const lines = read('ci/fetch-cli.mjs').trimEnd().split('\n');
    expect(read(path)).toContain(lines.map((line) => (line === '' ? '' : `          ${line}`)).join('\n'));
  },
);
