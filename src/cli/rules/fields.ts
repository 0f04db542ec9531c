import type { FieldDescription } from '../../rules/index.js';
import { readArgs } from '../frame/usage.js';
import { CATALOGS } from './catalogs.js';
import { columns, type Io, isJson, toJson } from './io.js';

/** `packwarden rules fields [TEXT]`: the fields rules may use, which the sensor fills, and for which events. @throws UsageError */
export function fields(argv: readonly string[], io: Io): number {
  const { values, positionals } = readArgs('rules', argv, {
    options: { format: { type: 'string' }, filled: { type: 'boolean' }, unfilled: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [text = ''] = positionals;
  const found = CATALOGS.flatMap(({ source, describe }) =>
    (describe?.() ?? [])
      .filter((field) => field.name.includes(text))
      .filter((field) => (values.filled !== true || field.filled) && (values.unfilled !== true || !field.filled))
      .map((field) => ({ source, ...field })),
  );
  if (isJson(values.format, 'rules')) {
    io.out(toJson(found));
    return 0;
  }
  io.out(columns(found.map(row)));
  for (const { source, seenTypes } of CATALOGS) {
    if (seenTypes !== undefined) io.out(`\nevent types of ${source}: ${[...seenTypes].sort().join(' ')}\n`);
  }
  io.err(`${found.length} fields, ${found.filter((field) => field.filled).length} filled\n`);
  return 0;
}

const ARGUMENTS = { none: '', optional: '[…]', required: '[…] needed' } as const;

function row(field: FieldDescription & { readonly source: string }): string[] {
  const type = field.list ? `list of ${field.type}` : field.type;
  const filled = field.filled ? (field.events?.join(' ') ?? 'any event') : 'not filled';
  return [field.source, field.name, ARGUMENTS[field.argument], type, filled];
}
