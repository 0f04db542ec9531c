import { loadRules, RULE_PRIORITIES, type RulePriority, readRuleFiles } from '../../rules/index.js';
import { readArgs, UsageError } from '../usage.js';
import { columns, type Io, isJson, toJson } from './io.js';

/** `packwarden rules list FILE… [--tag TAG] [--priority AT-LEAST]`. @throws UsageError, RuleSetError */
export async function list(argv: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs('rules', argv, {
    options: { tag: { type: 'string', multiple: true }, priority: { type: 'string' }, format: { type: 'string' } },
    allowPositionals: true,
  });
  if (positionals.length === 0)
    throw new UsageError('rules list needs at least one file or folder', 'packwarden rules --help');
  const floor = values.priority === undefined ? undefined : parseFloor(values.priority);
  const { tag: tags = [] } = values;
  const loaded = loadRules(await readRuleFiles(positionals));
  const rules = [...loaded.rules.values()]
    .filter((rule) => tags.every((tag) => rule.tags.includes(tag)))
    .filter((rule) => floor === undefined || rank(rule.priority) <= rank(floor))
    .map(({ name, priority, source, enabled, tags: ruleTags, location }) => {
      const { file, line } = location();
      return { name, priority, source, enabled, tags: ruleTags, file, line };
    });
  if (isJson(values.format, 'rules')) {
    io.out(toJson(rules));
    return 0;
  }
  const rows = rules.map((rule) => [rule.priority, rule.enabled ? '' : 'off', rule.name, rule.tags.join(' ')]);
  io.out(columns(rows));
  io.err(`${rules.length} of ${loaded.rules.size} rules\n`);
  return 0;
}

function parseFloor(text: string): RulePriority {
  const found = RULE_PRIORITIES.find((priority) => priority === text.toUpperCase());
  if (found !== undefined) return found;
  throw new UsageError(`--priority is one of ${RULE_PRIORITIES.join(', ')}, not '${text}'`, 'packwarden rules --help');
}

function rank(priority: RulePriority): number {
  return RULE_PRIORITIES.indexOf(priority);
}
