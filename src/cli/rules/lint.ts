import { counted } from '../../report/text/counted.js';
import {
  type Diagnostic,
  formatDiagnostic,
  lintRules,
  parseEngineVersion,
  readRuleFiles,
  type Version,
} from '../../rules/index.js';
import { readArgs, UsageError } from '../frame/usage.js';
import { CATALOGS } from './catalogs.js';
import { type Io, isJson, toJson } from './io.js';

/** `packwarden rules lint FILE… [--engine VERSION]`: resolves with 1 if a file has an error. @throws UsageError, RuleSetError for an unreadable file */
export async function lint(argv: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs('rules', argv, {
    options: { format: { type: 'string' }, engine: { type: 'string' } },
    allowPositionals: true,
  });
  if (positionals.length === 0)
    throw new UsageError('rules lint needs at least one file or folder', 'packwarden rules --help');
  const options = values.engine === undefined ? {} : { engine: engineOf(values.engine) };
  const diagnostics = lintRules(await readRuleFiles(positionals), CATALOGS, options);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const summary = `${counted(errors, 'error')}, ${counted(diagnostics.length - errors, 'warning')}`;
  if (isJson(values.format, 'rules')) io.out(toJson(diagnostics.map(asJson)));
  else io.out(diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic)}\n`).join(''));
  io.err(`${summary}\n`);
  return errors > 0 ? 1 : 0;
}

/** Also accepts `0.46` for `0.46.0`. @throws UsageError */
function engineOf(text: string): Version {
  const version = parseEngineVersion(/^\d+\.\d+$/.test(text) ? `${text}.0` : text);
  if (version !== undefined) return version;
  throw new UsageError(
    `--engine must be a version of Falco's rules engine (0.46 is Falco 0.40's), not '${text}'`,
    'packwarden rules --help',
  );
}

function asJson({ severity, code, message, item, location }: Diagnostic): Record<string, unknown> {
  const { file, line, column, length } = location;
  return { severity, code, message, item: item ?? null, file, line, column, length };
}
