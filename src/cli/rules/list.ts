import { RULE_PRIORITIES, type RulePriority } from '../../rules/index.js';
import { readArgs } from '../frame/usage.js';
import { loadNamed, priorityOf } from './arguments.js';
import { columns, type Io, isJson, toJson } from './io.js';

/** `packwarden rules list [FILE…] [--tag TAG] [--priority AT-LEAST]`. @throws UsageError, RuleSetError */
export async function list(argv: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs('rules', argv, {
    options: { tag: { type: 'string', multiple: true }, priority: { type: 'string' }, format: { type: 'string' } },
    allowPositionals: true,
  });
  const floor = values.priority === undefined ? undefined : priorityOf('--priority', values.priority);
  const { tag: tags = [] } = values;
  const loaded = await loadNamed(positionals);
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

function rank(priority: RulePriority): number {
  return RULE_PRIORITIES.indexOf(priority);
}
