import { resolve } from 'node:path';
import type { ClientConfig } from '../../app/config/client-config.js';
import { readArgs, UsageError } from '../frame/usage.js';
import { authorization, serviceUrl } from '../service/service-options.js';

/** The parsed command line of `packwarden behaviours`. */
export type BehavioursOptions =
  | { readonly kind: 'from'; readonly folders: readonly string[]; readonly out: string }
  | {
      readonly kind: 'measure';
      /** An absolute path, like all paths here. */
      readonly list: string;
      readonly out: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      /** Jobs that run at the same time. */
      readonly concurrency: number;
      readonly retryMs: number;
    };

export const HELP_COMMAND = 'packwarden behaviours --help';

const MAX_CONCURRENCY = 16;

const ARGUMENTS = {
  allowPositionals: true,
  options: {
    from: { type: 'string', multiple: true },
    out: { type: 'string', default: 'behaviours' },
    url: { type: 'string' },
    token: { type: 'string' },
    concurrency: { type: 'string', default: '2' },
    'retry-for': { type: 'string', default: '3600' },
    help: { type: 'boolean', short: 'h', default: false },
  },
} as const;

/** Null when `--help` was given. @throws UsageError */
export function readBehavioursOptions(argv: readonly string[], config: ClientConfig): BehavioursOptions | null {
  const { values, positionals } = readArgs('behaviours', argv, ARGUMENTS);
  if (values.help) return null;
  const out = resolve(values.out);
  const [list, ...more] = positionals;
  if (values.from !== undefined) {
    if (list !== undefined) throw usage('--from and LIST can not be combined');
    return { kind: 'from', folders: values.from.map((folder) => resolve(folder)), out };
  }
  if (list === undefined || more.length > 0) throw usage('expected one LIST');
  return {
    kind: 'measure',
    list: resolve(list),
    out,
    url: serviceUrl(values.url, config, HELP_COMMAND),
    headers: authorization(values.token, config),
    concurrency: numberOf('--concurrency', values.concurrency, 1, MAX_CONCURRENCY),
    retryMs: numberOf('--retry-for', values['retry-for'], 0, 999_999) * 1000,
  };
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw usage(`${option} ${text}: expected a number from ${least} to ${most}`);
}

function usage(message: string): UsageError {
  return new UsageError(message, HELP_COMMAND);
}
