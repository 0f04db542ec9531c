import { type Diagnostic, errorAt, type ItemRef, warningAt } from '../diagnostics.js';
import { TextError } from '../errors.js';
import type { FieldCatalog } from '../fields/fields.js';
import type { RuleItem } from '../load/definitions/items.js';
import type { AppendedOutput } from '../options.js';
import { unfilledMessage } from './condition-compiler.js';
import { compileOutput, type OutputTemplate } from './output.js';

/** The output of a rule. */
export interface RuleOutputs<E> {
  readonly message: OutputTemplate<E>;
  /** Entries that are only added to the output fields: a field, or a template. */
  readonly extra: ReadonlyMap<string, OutputTemplate<E>>;
}

const CONTAINER_INFO = '%container.info';
const CONTAINER_INFO_DEPRECATED =
  '%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. The container plugin will automatically add required fields to the output message.';

/** Compiles a rule's output together with the appended output from the configuration; undefined, with diagnostics, if there is an error. */
export function compileOutputs<E>(
  rule: RuleItem,
  catalog: FieldCatalog<E>,
  appended: readonly AppendedOutput[],
  diagnostics: Diagnostic[],
): RuleOutputs<E> | undefined {
  const item: ItemRef = { kind: 'rule', name: rule.name };
  const written = rule.output.text.trim();
  const lead = rule.output.text.indexOf(written);
  if (written.includes(CONTAINER_INFO)) {
    diagnostics.push(warningAt('LOAD_DEPRECATED_ITEM', CONTAINER_INFO_DEPRECATED, rule.output.locate(0, 1), item));
  }
  const matching = appended.filter((entry) => isMeant(entry, rule));
  const extras = matching.flatMap(({ extraOutput }) => (extraOutput === undefined ? [] : [extraOutput]));
  // Replaced by as many blanks, so that positions in the text stay correct.
  const own = written.replaceAll(CONTAINER_INFO, ' '.repeat(CONTAINER_INFO.length));
  try {
    const compiled = compileOutput([own, ...extras].join(' '), catalog);
    for (const field of compiled.fields) {
      if (field.unfilled !== true) continue;
      const at = own.indexOf(`%${field.name}`);
      const place = rule.output.locate(lead + Math.max(0, at), lead + Math.max(0, at) + field.name.length + 1);
      diagnostics.push(warningAt('UNFILLED_FIELD', unfilledMessage(field), place));
    }
    const message = compileOutput([written.replaceAll(CONTAINER_INFO, ''), ...extras].join(' '), catalog);
    return { message, extra: new Map(matching.flatMap((entry) => extraFields(entry, catalog))) };
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    const place = rule.output.locate(lead + error.start, lead + error.end);
    diagnostics.push(
      error.unknownName && rule.skipIfUnknownFilter
        ? warningAt('LOAD_UNKNOWN_FILTER', error.message, place, item)
        : errorAt('LOAD_ERR_COMPILE_OUTPUT', error.message, place, item),
    );
    return undefined;
  }
}

function isMeant({ match }: AppendedOutput, rule: RuleItem): boolean {
  if (match === undefined) return true;
  if (match.source !== undefined && match.source !== rule.source) return false;
  if (match.rule !== undefined && match.rule !== rule.name) return false;
  return (match.tags ?? []).every((tag) => rule.tags.includes(tag));
}

function extraFields<E>(entry: AppendedOutput, catalog: FieldCatalog<E>): [string, OutputTemplate<E>][] {
  return (entry.extraFields ?? []).flatMap((extra) => {
    if (typeof extra === 'string') return [[extra, compileOutput(`%${extra}`, catalog)] as [string, OutputTemplate<E>]];
    return Object.entries(extra).map(
      ([name, text]) => [name, compileOutput(text, catalog)] as [string, OutputTemplate<E>],
    );
  });
}
