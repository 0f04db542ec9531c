import { explainRule } from '../../rules/index.js';
import { readArgs, UsageError } from '../frame/usage.js';
import { loadNamed } from './arguments.js';
import { type Io, isJson, toJson } from './io.js';

/** `packwarden rules show RULE [FILE…]`: the rule with its macros and lists resolved. @throws UsageError, RuleSetError */
export async function show(argv: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs('rules', argv, {
    options: { format: { type: 'string' } },
    allowPositionals: true,
  });
  const [name, ...paths] = positionals;
  if (name === undefined) throw new UsageError("rules show needs a rule's name", 'packwarden rules --help');
  const loaded = await loadNamed(paths);
  const rule = explainRule(loaded, name);
  if (rule === undefined) {
    const isThere = loaded.rules.has(name);
    io.err(isThere ? `rule '${name}' has an error: see packwarden rules lint\n` : `unknown rule '${name}'\n`);
    return 1;
  }
  if (isJson(values.format, 'rules')) {
    io.out(toJson(rule));
    return 0;
  }
  const { file, line } = rule.location;
  io.out(`${rule.name}\n${file}:${line}\n`);
  io.out(
    `priority: ${rule.priority}${rule.enabled ? '' : ' (off)'}  source: ${rule.source}  tags: ${rule.tags.join(' ')}\n\n`,
  );
  io.out(`${rule.desc.trim()}\n\ncondition:\n${rule.condition}\n\noutput:\n${rule.output}\n`);
  return 0;
}
