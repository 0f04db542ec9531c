import { describe, expect, it } from 'vitest';
import { type Diagnostic, jsonCatalog, lintRules } from '../../src/rules/index.js';
import { engineFrom, engineOf, matching, ruleText } from './support.js';

/** No hostile file may keep the linter busy longer than this; processor time, since other tests run beside it. */
const PATIENCE_MS = 10_000;

/** Milliseconds of processor time that `work` takes. */
function busyMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function errorsOf(text: string): Diagnostic[] {
  return lintRules([{ path: 'hostile.yaml', text }], [jsonCatalog]).filter((found) => found.severity === 'error');
}

const doubling = (kind: 'macro' | 'list', levels: number): string => {
  const items = Array.from({ length: levels }, (_, i) =>
    kind === 'macro'
      ? `- {macro: m${i + 1}, condition: m${i} or m${i}}\n`
      : `- {list: m${i + 1}, items: [m${i}, m${i}]}\n`,
  );
  const first = kind === 'macro' ? '- {macro: m0, condition: proc.name = x}\n' : '- {list: m0, items: [x]}\n';
  const use = kind === 'macro' ? `m${levels}` : `proc.name in (m${levels})`;
  return first + items.join('') + ruleText('R', use);
};

const chained = (levels: number): string => {
  const macros = Array.from({ length: levels }, (_, i) => `- {macro: m${i + 1}, condition: not m${i}}\n`);
  return `- {macro: m0, condition: proc.name = x}\n${macros.join('')}${ruleText('R', `m${levels}`)}`;
};

/** Each macro is extended after all are defined, so that it can refer to the next one. */
const backwards = (levels: number): string => {
  const first = Array.from({ length: levels + 1 }, (_, i) => `- {macro: m${i}, condition: proc.name = x}\n`);
  const more = Array.from(
    { length: levels },
    (_, i) => `- {macro: m${i}, condition: or m${i + 1}, override: {condition: append}}\n`,
  );
  return first.join('') + more.join('') + ruleText('R', 'm0');
};

const FILES: readonly (readonly [what: string, text: () => string, message: RegExp])[] = [
  ['50 MB', () => '- list: a\n  items: [x]\n'.repeat(2_200_000), /file is larger than 1048576 bytes/],
  [
    '10,000 parentheses',
    () => ruleText('R', `${'('.repeat(10_000)}proc.name = x${')'.repeat(10_000)}`),
    /exceeded max depth limit of 1000/,
  ],
  [
    '10,000 times not(',
    () => ruleText('R', `${'not('.repeat(10_000)}proc.name = x${')'.repeat(10_000)}`),
    /exceeded max depth limit of 1000/,
  ],
  [
    '10,000 transformers',
    () => ruleText('R', `${'tolower('.repeat(10_000)}proc.name${')'.repeat(10_000)} = x`),
    /exceeded max depth limit of 100/,
  ],
  ['10,000 brackets of YAML', () => `${'['.repeat(10_000)}${']'.repeat(10_000)}`, /./],
  ['100,000 brackets of YAML', () => '['.repeat(100_000), /nested too deeply/],
  // Together with the brackets above, this once ended the process.
  ['100,000 braces of YAML', () => '{'.repeat(100_000), /nested too deeply/],
  ['100,000 lists in lists', () => '- '.repeat(100_000), /nested too deeply/],
  [
    'a list of itself',
    () =>
      `- {list: a, items: [b]}\n- {list: b, items: [a]}\n- {list: a, items: [b], override: {items: append}}\n${ruleText('R', 'proc.name in (a)')}`,
    /reference loop in list/,
  ],
  ['a macro of itself', () => `- {macro: a, condition: a}\n${ruleText('R', 'a')}`, /reference loop|Undefined macro/],
  [
    'macros in a circle',
    () =>
      `- {macro: a, condition: proc.name = x}\n- {macro: b, condition: a}\n- {macro: a, condition: b}\n${ruleText('R', 'a')}`,
    /reference loop in macro/,
  ],
  ['macros that double 40 times', () => doubling('macro', 40), /more than 20000 checks/],
  ['lists that double 40 times', () => doubling('list', 40), /list has more than 1000000 values/],
  ['a chain of 5,000 macros', () => chained(5_000), /exceeded max depth limit of 1000/],
  ['a chain of 5,000 macros, last one first', () => backwards(5_000), /exceeded max depth limit of 200/],
  [
    'a condition of 40,000 checks',
    () => ruleText('R', Array.from({ length: 40_000 }, (_, i) => `proc.name = a${i}`).join(' or ')),
    /more than 20000 checks/,
  ],
  [
    '19,000 unknown fields in one line',
    () => ruleText('R', Array.from({ length: 19_000 }, (_, i) => `foo.bar${i} = "${'x'.repeat(20)}"`).join(' or ')),
    /nonexistent field foo\.bar18999/,
  ],
  [
    '4,000 rules with an error each',
    () => Array.from({ length: 4_000 }, (_, i) => ruleText(`R${i}`, `evt.type = open and foo${i}`)).join(''),
    /Undefined macro 'foo3999'/,
  ],
  ['a line of 60,000 commas', () => `[${','.repeat(60_000)}`, /Unexpected ,/],
  ['a line of 60,000 anchors', () => '&a '.repeat(60_000), /at most one anchor/],
  ['a line of 200,000 braces', () => '{'.repeat(200_000), /nested too deeply/],
  ['an alias of itself', () => '- &a [*a]\n', /./],
  [
    'a regex that repeats itself',
    () => ruleText('R', `proc.name regex "${'a{1,1000}'.repeat(500)}"`),
    /pattern too large/,
  ],
  [
    'a hundred rules, each with a regex that repeats itself',
    () =>
      Array.from({ length: 100 }, (_, i) => ruleText(`R${i}`, `proc.name regex "${'a{1,1000}'.repeat(500)}"`)).join(''),
    /pattern too large/,
  ],
  ['a regex of 500 KB', () => ruleText('R', `proc.name regex "${'[a-z]'.repeat(100_000)}"`), /pattern too large/],
  [
    'a regex that RE2 finds too big',
    () => ruleText('R', 'proc.name regex "((a{100}){100}){100}"'),
    /invalid regex pattern/,
  ],
  [
    'an unfinished string of 1 MB',
    () => ruleText('R', `proc.name = "${'a'.repeat(1_000_000)}`),
    /expected a string value/,
  ],
  ['binary', () => Array.from({ length: 4096 }, (_, i) => String.fromCharCode(i % 256)).join(''), /./],
  [
    'forty thousand anchors',
    () => `${Array.from({ length: 40_000 }, (_, i) => `- &a${i} x\n- *a${i}\n`).join('')}`,
    /Unexpected element type/,
  ],
];

describe('hostile rule files', { timeout: 120_000 }, () => {
  it.each(FILES)('%s: a clear error, soon', (_what, text, message) => {
    const content = text();
    let errors: Diagnostic[] = [];
    const busy = busyMs(() => {
      errors = errorsOf(content);
    });
    expect(busy).toBeLessThan(PATIENCE_MS);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.some((error) => message.test(error.message))).toBe(true);
  });

  it('takes fifty thousand values in a list, and a chain of 900 macros', () => {
    const values = Array.from({ length: 50_000 }, (_, i) => `v${i}`);
    const text = `- ${JSON.stringify({ list: 'l', items: values })}\n${ruleText('L', 'proc.name in (l)')}${chained(900)}`;
    expect(matching(engineFrom(text, { matching: 'all' }), { 'proc.name': 'v49999' })).toEqual(['L']);
  });
});

describe('names that mean something to JavaScript', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'])('%s', (name) => {
    const text = `- ${`{"list": "${name}", "items": ["sh"]}`}\n${ruleText(name, `proc.name in (${name})`, { tags: [name] })}`;
    const engine = engineFrom(text);
    expect(matching(engine, { 'proc.name': 'sh' })).toEqual([name]);
    expect(matching(engine, { 'proc.name': 'zsh' })).toEqual([]);
    expect(({} as Record<string, unknown>).items).toBeUndefined();
  });

  it('does not find them in events', () => {
    expect(() => engineOf('__proto__ exists')).toThrow(/expected a '\(' token/);
    expect(matching(engineOf('proc.env[constructor] exists'), {})).toEqual([]);
    expect(matching(engineOf('evt.arg.toString exists'), {})).toEqual([]);
  });
});

describe('hostile events', () => {
  it('matches a catastrophic regex in linear time', () => {
    const engine = engineOf('proc.name regex "(a*)*b"');
    const event = { 'proc.name': 'a'.repeat(50_000) };
    expect(busyMs(() => expect(matching(engine, event)).toEqual([]))).toBeLessThan(2_000);
  });

  it('matches a glob of stars without going back and forth', () => {
    const engine = engineOf(`proc.name glob "${'*a'.repeat(20)}*b"`);
    const event = { 'proc.name': 'a'.repeat(50_000) };
    expect(busyMs(() => expect(matching(engine, event)).toEqual([]))).toBeLessThan(2_000);
  });

  it('takes values of any type without failing', () => {
    const engine = engineOf(
      'proc.name = x or user.uid > 1 or fd.sip = 1.1.1.1 or fd.types in (a) or evt.buffer contains a',
    );
    for (const value of [null, true, 1e308, Number.NaN, '', 'x'.repeat(1e6), [], ['a'], {}, [[1]], { length: 3 }]) {
      const event = Object.fromEntries(
        ['proc.name', 'user.uid', 'fd.sip', 'fd.types', 'evt.buffer'].map((key) => [key, value]),
      );
      expect(() => engine.evaluate(event)).not.toThrow();
    }
  });

  it('does not keep a bucket for each event type', () => {
    const engine = engineOf('proc.name = x');
    for (let i = 0; i < 1000; i++)
      expect(matching(engine, { 'evt.type': `made-up-${i}`, 'proc.name': 'x' })).toEqual(['R']);
  });
});
