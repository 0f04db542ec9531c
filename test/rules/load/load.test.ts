import { describe, expect, it } from 'vitest';
import { explainRule, loadRules } from '../../../src/rules/index.js';
import { engineFrom, matching, ruleText } from '../support.js';

const exec = { 'evt.type': 'execve', 'proc.name': 'sh', 'proc.pname': 'node', 'fd.name': '/etc/shadow', 'user.uid': 0 };

function names(texts: string | readonly string[], event: Record<string, unknown> = exec): string[] {
  return matching(engineFrom(texts, { matching: 'all' }), event);
}

describe('lists', () => {
  it('resolves lists in lists, several levels deep', () => {
    const lists = '- {list: a, items: [sh]}\n- {list: b, items: [a, zsh]}\n- {list: c, items: [b, fish]}\n';
    expect(names(lists + ruleText('R', 'proc.name in (c)'))).toEqual(['R']);
  });

  it('uses the final definition of a list, wherever the rule is', () => {
    const rule = ruleText('R', 'proc.name in (shells)');
    expect(names([rule, '- {list: shells, items: [sh]}\n'])).toEqual(['R']);
    expect(names(['- {list: shells, items: [sh]}\n', rule, '- {list: shells, items: [zsh]}\n'])).toEqual([]);
  });

  it('appends by override and by the old flag, and warns of the old flag', () => {
    const rule = ruleText('R', 'proc.name in (shells)');
    const base = '- {list: shells, items: [zsh]}\n';
    expect(names([base, rule, '- {list: shells, items: [sh], override: {items: append}}\n'])).toEqual(['R']);
    const old = engineFrom([base, rule, '- {list: shells, items: [sh], append: true}\n']);
    expect(matching(old, exec)).toEqual(['R']);
    expect(old.diagnostics.map((found) => found.code)).toContain('LOAD_DEPRECATED_ITEM');
  });

  it('replaces a list that is defined again', () => {
    const rule = ruleText('R', 'proc.name in (shells)');
    expect(names(['- {list: shells, items: [sh]}\n- {list: shells, items: []}\n', rule])).toEqual([]);
  });

  it('reads quoted items, items with blanks, and several values in one item, as Falco does', () => {
    const items = `- {list: a, items: ['"s h"', "x y", "p,q"]}\n`;
    const rule = ruleText('R', 'proc.name in (a)');
    for (const name of ['s h', 'x y', 'p', 'q'])
      expect(names([items, rule], { ...exec, 'proc.name': name })).toEqual(['R']);
    expect(names([items, rule], { ...exec, 'proc.name': 'p,q' })).toEqual([]);
  });

  it('does not touch quoted text that looks like a list', () => {
    const lists = '- {list: shells, items: [sh]}\n';
    expect(names(lists + ruleText('R', 'proc.name in ("shells")'), { 'proc.name': 'shells' })).toEqual(['R']);
  });
});

describe('macros', () => {
  it('resolves macros in macros, and sees later redefinitions', () => {
    const macros = '- {macro: a, condition: proc.name = zsh}\n- {macro: b, condition: a or user.uid = 5}\n';
    expect(names([macros, ruleText('R', 'b'), '- {macro: a, condition: proc.name = sh}\n'])).toEqual(['R']);
  });

  it('keeps the precedence of a macro apart from that of its user', () => {
    const macro = '- {macro: m, condition: proc.name = x or proc.name = y}\n';
    expect(names(macro + ruleText('R', 'm and user.uid = 0'))).toEqual([]);
    expect(names(macro + ruleText('R', 'not m'))).toEqual(['R']);
  });

  it('appends text to text, so that precedence is that of the whole', () => {
    const macro = '- {macro: m, condition: proc.name = sh or proc.name = x}\n';
    const more = '- {macro: m, condition: and user.uid = 7, override: {condition: append}}\n';
    expect(names([macro, more, ruleText('R', 'm')])).toEqual(['R']);
  });
});

describe('rules', () => {
  it('replaces a rule that is defined again, in its old place', () => {
    const texts = [ruleText('A', 'proc.name = sh'), ruleText('B', 'proc.name = sh'), ruleText('A', 'user.uid = 0')];
    expect(names(texts)).toEqual(['A', 'B']);
  });

  it('appends and replaces by override, key by key', () => {
    const base = ruleText('R', 'proc.name = sh', { tags: ['a'], output: 'first' });
    const change = `- ${JSON.stringify({
      rule: 'R',
      condition: 'and user.uid = 0',
      output: 'second %proc.name',
      tags: ['b'],
      priority: 'critical',
      override: { condition: 'append', output: 'append', tags: 'append', priority: 'replace' },
    })}\n`;
    const [match] = engineFrom([base, change]).evaluate(exec);
    expect(match).toMatchObject({ message: 'first second sh', priority: 'CRITICAL', tags: ['a', 'b'] });
  });

  it('switches a rule off and on', () => {
    const base = ruleText('R', 'proc.name = sh', { enabled: false });
    expect(names(base)).toEqual([]);
    expect(names([base, '- {rule: R, enabled: true}\n'])).toEqual(['R']);
    expect(names([base, '- {rule: R, enabled: true, override: {enabled: replace}}\n'])).toEqual(['R']);
  });

  it('skips rules of other sources, and says so', () => {
    const engine = engineFrom(ruleText('R', 'proc.name = sh', { source: 'gitlab' }));
    expect(engine.rules).toEqual([]);
    expect(engine.diagnostics).toMatchObject([
      { code: 'LOAD_UNKNOWN_SOURCE', message: 'Unknown source gitlab, skipping' },
    ]);
  });

  it('skips a rule with an unknown field when the rule says so, and keeps the others', () => {
    const texts = [ruleText('A', 'foo.bar = 1', { 'skip-if-unknown-filter': true }), ruleText('B', 'proc.name = sh')];
    const engine = engineFrom(texts);
    expect(engine.rules.map((rule) => rule.name)).toEqual(['B']);
    expect(engine.diagnostics).toMatchObject([{ severity: 'warning', code: 'LOAD_UNKNOWN_FILTER' }]);
  });
});

describe('exceptions', () => {
  const fires = (exceptions: unknown, event: Record<string, unknown> = exec): boolean =>
    names(ruleText('R', 'evt.type = execve', { exceptions }), event).length > 0;

  it.each([
    ['tuples, equal by default', { fields: ['proc.name', 'proc.pname'], values: [['sh', 'node']] }, false],
    ['tuples, another value', { fields: ['proc.name', 'proc.pname'], values: [['sh', 'npm']] }, true],
    [
      'tuples with operators',
      { fields: ['proc.name', 'fd.name'], comps: ['in', 'startswith'], values: [[['sh', 'x'], '/etc']] },
      false,
    ],
    [
      'a scalar for in',
      { fields: ['proc.name', 'fd.name'], comps: ['in', '='], values: [['sh', '/etc/shadow']] },
      false,
    ],
    [
      'several tuples',
      {
        fields: ['proc.name', 'proc.pname'],
        values: [
          ['x', 'y'],
          ['sh', 'node'],
        ],
      },
      false,
    ],
    ['one field, in by default', { fields: 'proc.name', values: ['x', 'sh'] }, false],
    ['one field, not in', { fields: 'proc.name', values: ['x', 'y'] }, true],
    ['one field, pmatch', { fields: 'fd.name', comps: 'pmatch', values: ['/etc', '/root'] }, false],
    [
      'one field, a text operator with a modifier',
      { fields: 'fd.name', comps: 'startswith anyof', values: ['/etc', '/x'] },
      false,
    ],
    ['no values yet', { fields: ['proc.name'] }, true],
    ['a value with blanks', { fields: ['proc.name'], values: [['s h']] }, true],
  ])('%s', (_what, exception, expected) => {
    expect(fires([{ name: 'e', ...exception }])).toBe(expected);
  });

  it('appends values to an exception, and whole exceptions', () => {
    const base = ruleText('R', 'evt.type = execve', {
      exceptions: [{ name: 'e', fields: ['proc.name'], values: [['x']] }],
    });
    const append = (exceptions: unknown): string =>
      `- ${JSON.stringify({ rule: 'R', exceptions, override: { exceptions: 'append' } })}\n`;
    expect(names([base, append([{ name: 'e', values: [['y']] }])])).toEqual(['R']);
    expect(names([base, append([{ name: 'e', values: [['sh']] }])])).toEqual([]);
    expect(names([base, append([{ name: 'f', fields: 'proc.pname', values: ['node'] }])])).toEqual([]);
  });

  it('shows them in the resolved condition', () => {
    const text = ruleText('R', 'evt.type = execve', {
      exceptions: [{ name: 'e', fields: 'proc.name', values: ['sh'] }],
    });
    const explained = explainRule(loadRules([{ path: 'r.yaml', text }]), 'R');
    expect(explained?.condition).toBe('evt.type = execve and (not proc.name in (sh))');
  });
});

describe('requirements', () => {
  it.each(['31', '0.46.0', '0.62.0'])('accepts engine version %s', (version) => {
    expect(() => engineFrom(`- required_engine_version: ${version}\n`)).not.toThrow();
  });

  it.each(['0.64.0', '1.0.0', '64'])('refuses engine version %s', (version) => {
    expect(() => engineFrom(`- required_engine_version: ${version}\n`)).toThrow(/Rules require engine version/);
  });

  it('takes any alternative of a plugin', () => {
    const wants = (name: string, version: string, alternatives: unknown[] = []): string =>
      `- ${JSON.stringify({ required_plugin_versions: [{ name, version, alternatives }] })}\n`;
    expect(() => engineFrom(wants('container', '0.4.0'))).not.toThrow();
    expect(() => engineFrom(wants('k8saudit', '0.1.0', [{ name: 'container', version: '0.2.0' }]))).not.toThrow();
    expect(() => engineFrom(wants('container', '9.0.0'))).toThrow(
      'Plugin requirement not satisfied, must load one of: container (>= 9.0.0)',
    );
  });
});
