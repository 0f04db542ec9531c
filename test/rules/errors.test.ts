import { describe, expect, it } from 'vitest';
import { formatDiagnostic, jsonCatalog, lintRules } from '../../src/rules/index.js';
import { CONDITIONS } from './errors/conditions.js';
import { EXCEPTIONS } from './errors/exceptions.js';
import { rule } from './errors/row.js';
import { STRUCTURE } from './errors/structure.js';
import { ruleText } from './support.js';

function lint(text: string): ReturnType<typeof lintRules> {
  return lintRules([{ path: 'r.yaml', text }], [jsonCatalog]);
}

describe('what is wrong with a rule file, in Falco’s words and at its place', () => {
  it.each([...CONDITIONS, ...STRUCTURE, ...EXCEPTIONS])('%s', (_what, text, code, message, place) => {
    const errors = lint(text).filter((found) => found.severity === 'error');
    expect(errors.map((found) => found.code)).toContain(code);
    const error = errors.find((found) => found.code === code);
    if (typeof message === 'string') expect(error?.message).toBe(message);
    else expect(error?.message).toMatch(message);
    if (place === '' || error === undefined) return;
    const { line, column, length, lineText } = error.location;
    expect(`${line}:${column} ${lineText.slice(column - 1, column - 1 + length)}`.startsWith(place)).toBe(true);
  });

  it('finds every mistake, not only the first', () => {
    const text =
      rule('fd.a = 1 and evt.type = nope and user.uid = x and fd.b exists') + rule('foo or bar').replace('R', 'S');
    expect(lint(text).filter((found) => found.severity === 'error')).toHaveLength(6);
  });

  it('says once what is wrong with a macro that several rules use', () => {
    const text = `- macro: m\n  condition: fd.nmae = x\n${ruleText('A', 'm')}${ruleText('B', 'm')}`;
    expect(lint(text).filter((found) => found.severity === 'error')).toHaveLength(1);
  });

  it('underlines the text it means, in folded blocks too', () => {
    const text =
      '- rule: R\n  desc: d\n  condition: >\n    evt.type = open and\n    fd.name = x and fd.nmae = y\n  output: o\n  priority: INFO\n';
    expect(lint(text).map(formatDiagnostic)).toEqual([
      "r.yaml:5:21: error LOAD_ERR_COMPILE_CONDITION: filter_check called with nonexistent field fd.nmae (rule 'R')\n" +
        '    5 |     fd.name = x and fd.nmae = y\n' +
        '      |                     ^^^^^^^',
    ]);
  });
});

describe('warnings', () => {
  it.each([
    [
      'no event type',
      rule('proc.name = x'),
      'LOAD_NO_EVTTYPE',
      'Rule matches too many evt.type values. This has a significant performance penalty.',
    ],
    [
      'an unused macro',
      '- macro: m\n  condition: proc.name = x\n',
      'LOAD_UNUSED_MACRO',
      'Macro not referred to by any other rule/macro',
    ],
    ['an unused list', '- list: l\n  items: [x]\n', 'LOAD_UNUSED_LIST', 'List not referred to by any other rule/macro'],
    ['an unknown key', rule('evt.type = open', '  prio: x\n'), 'LOAD_UNKNOWN_KEY', "Unknown key 'prio'"],
    ['an unknown item', '- ruel: R\n', 'LOAD_UNKNOWN_ITEM', 'Unknown top level item'],
    [
      'a negative event type',
      rule('proc.name = x and evt.type != open'),
      'TRAILING_EVTTYPE',
      /does not have all evt.type restrictions at the beginning/,
    ],
    [
      'a macro with a bad name',
      `- macro: my-macro\n  condition: proc.name = x\n`,
      'LOAD_INVALID_MACRO_NAME',
      /^Macro has an invalid name/,
    ],
    [
      'one name for two exceptions',
      rule('evt.type = open', '  exceptions: [{name: e, fields: [proc.name]}, {name: e, fields: [proc.name]}]\n'),
      'LOAD_EXCEPTION_NAME_NOT_UNIQUE',
      /Multiple definitions of exception 'e'/,
    ],
  ] as const)('%s', (_what, text, code, message) => {
    const found = lint(text).find((diagnostic) => diagnostic.code === code);
    expect(found?.severity).toBe('warning');
    if (typeof message === 'string') expect(found?.message).toBe(message);
    else expect(found?.message).toMatch(message);
  });

  it('does not warn of missing event types where the rule says so', () => {
    expect(lint(rule('proc.name = x', '  warn_evttypes: false\n'))).toEqual([]);
  });
});
