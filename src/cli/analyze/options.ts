import { resolve } from 'node:path';
import type { ClientConfig } from '../../app/config/client-config.js';
import { PRIORITIES } from '../../falco/alert.js';
import { ECOSYSTEMS, type Ecosystem, MOST_RUN, PASSES, type Passes, SCRIPT_NAME } from '../../jobs/job.js';
import type { ProjectOptions } from '../../jobs/projects/line.js';
import { FORMAT_NAMES, type FormatName, isFormatName } from '../../report/formats/formats.js';
import type { FailOn } from '../../report/verdict/outcome.js';
import { readArgs, UsageError } from '../frame/usage.js';
import { authorization, serviceUrl } from '../service/service-options.js';

/** The parsed command line of `packwarden analyze`. */
export interface AnalyzeOptions {
  /** Absolute path of a folder or of a tarball. */
  readonly target: string;
  /** Null: detected from the project's lock file. */
  readonly manager: Ecosystem | null;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly include: readonly string[];
  readonly dryRun: boolean;
  readonly checkNeeded: boolean;
  /** Scripts of the project's package.json to run after the install. */
  readonly run: readonly string[];
  /** Null: the service's setting. */
  readonly passes: Passes | null;
  /** Format on standard output; null: text in a terminal, otherwise JSON. */
  readonly format: FormatName | null;
  readonly outputs: readonly { readonly format: FormatName; readonly file: string }[];
  readonly annotations: string | null;
  readonly failOn: FailOn;
  /** Which project and branch this run belongs to, where the CI job's variables do not say. */
  readonly project: ProjectOptions;
  readonly retryMs: number;
  /** Null: no limit. */
  readonly timeoutMs: number | null;
  readonly colour: boolean;
}

export const HELP_COMMAND = 'packwarden analyze --help';

const ARGUMENTS = {
  allowPositionals: true,
  options: {
    manager: { type: 'string' },
    url: { type: 'string' },
    token: { type: 'string' },
    include: { type: 'string', multiple: true },
    project: { type: 'string' },
    part: { type: 'string' },
    ref: { type: 'string' },
    'default-branch': { type: 'string' },
    compare: { type: 'string' },
    'check-needed': { type: 'boolean', default: false },
    run: { type: 'string', multiple: true },
    passes: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    format: { type: 'string' },
    output: { type: 'string', multiple: true },
    annotations: { type: 'string' },
    'fail-on': { type: 'string', default: 'WARNING' },
    'retry-for': { type: 'string', default: '120' },
    timeout: { type: 'string' },
    'no-color': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
} as const;

/** Null when `--help` was given. @throws UsageError */
export function readAnalyzeOptions(argv: readonly string[], config: ClientConfig): AnalyzeOptions | null {
  const { values, positionals } = readArgs('analyze', argv, ARGUMENTS);
  if (values.help) return null;
  if (positionals.length > 1) throw usage(`expected one folder or tarball, got ${positionals.length}`);
  return {
    target: resolve(positionals[0] ?? '.'),
    manager: values.manager === undefined ? null : managerOf(values.manager),
    url: serviceUrl(values.url, config, HELP_COMMAND),
    headers: { ...config.jobHeaders, ...authorization(values.token, config) },
    include: values.include ?? [],
    checkNeeded: values['check-needed'],
    run: scriptsOf(values.run ?? []),
    passes: values.passes === undefined ? null : passesOf(values.passes),
    dryRun: values['dry-run'] || values.list,
    format: values.format === undefined ? null : formatOf('--format', values.format),
    outputs: (values.output ?? []).map(outputOf),
    annotations: values.annotations ?? null,
    failOn: failOnOf(values['fail-on']),
    project: {
      project: values.project,
      part: values.part,
      ref: values.ref,
      defaultBranch: values['default-branch'],
      compare: values.compare,
    },
    retryMs: secondsOf('--retry-for', values['retry-for']) * 1000,
    timeoutMs: values.timeout === undefined ? null : secondsOf('--timeout', values.timeout) * 1000,
    colour: !values['no-color'] && !config.noColour,
  };
}

function outputOf(text: string): { format: FormatName; file: string } {
  const [, name = '', file = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (file === '') throw usage(`--output ${text}: expected FORMAT=FILE`);
  return { format: formatOf('--output', name), file };
}

function formatOf(option: string, name: string): FormatName {
  if (isFormatName(name)) return name;
  throw usage(`${option} ${name}: unknown format; choose one of ${FORMAT_NAMES.join(', ')}`);
}

function managerOf(name: string): Ecosystem {
  const known = ECOSYSTEMS.find((ecosystem) => ecosystem === name);
  if (known === undefined) {
    throw usage(`--manager ${name}: unknown package manager; choose one of ${ECOSYSTEMS.join(', ')}`);
  }
  return known;
}

function scriptsOf(texts: readonly string[]): readonly string[] {
  const names = [...new Set(texts.flatMap((text) => text.split(',')).map((name) => name.trim()))];
  const wrong = names.find((name) => !SCRIPT_NAME.test(name));
  if (wrong !== undefined) throw usage(`--run ${wrong}: not a valid name of a script in package.json`);
  if (names.length > MOST_RUN) throw usage(`--run: at most ${MOST_RUN} scripts are allowed`);
  return names;
}

function passesOf(text: string): Passes {
  const known = PASSES.find((passes) => String(passes) === text);
  if (known === undefined) throw usage(`--passes ${text}: expected ${PASSES.join(' or ')}`);
  return known;
}

function failOnOf(name: string): FailOn {
  if (name.toLowerCase() === 'new') return 'new';
  const known = PRIORITIES.find((priority) => priority === name.toUpperCase());
  if (known === undefined) throw usage(`--fail-on ${name}: expected new or one of ${PRIORITIES.join(', ')}`);
  return known;
}

function secondsOf(option: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw usage(`${option} ${text}: expected a number of seconds`);
  return Number(text);
}

function usage(message: string): UsageError {
  return new UsageError(message, HELP_COMMAND);
}
