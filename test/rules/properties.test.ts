import { describe, expect, it } from 'vitest';
import type { Condition } from '../../src/rules/condition/ast.js';
import { parseCondition } from '../../src/rules/condition/parser.js';
import { printCondition, printForPeople } from '../../src/rules/condition/print.js';
import { quote, unquote } from '../../src/rules/condition/quoting.js';
import { compileRules, type JsonEvent, jsonCatalog, loadRules } from '../../src/rules/index.js';
import { Random } from '../support/random.js';
import { randomCondition, randomEvent } from './random-rules.js';
import { engineFrom, matching, ruleText } from './support.js';

const RUNS = 300;

/** The tree without places. */
function shape(condition: unknown): unknown {
  return JSON.parse(
    JSON.stringify(condition, (key, value: unknown) => (key === 'start' || key === 'end' ? undefined : value)),
  );
}

function randomEvents(random: Random): JsonEvent[] {
  return Array.from({ length: 20 }, () => randomEvent(random));
}

/** The names of rules that hold together, `A,B`, for one or more of some random events. */
function outcomes(text: string, random: Random): string[] {
  const engine = engineFrom(text, { matching: 'all' });
  return [...new Set(randomEvents(random).map((event) => matching(engine, event).join()))];
}

function forEachSeed(check: (random: Random) => void, runs = RUNS): void {
  for (let seed = 1; seed <= runs; seed++) {
    try {
      check(new Random(seed));
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
}

describe('over random conditions and events', () => {
  it('a printed condition parses to the same tree', () => {
    forEachSeed((random) => {
      const condition = randomCondition(random, 4);
      expect(shape(parseCondition(printCondition(condition)))).toEqual(shape(condition));
    });
  });

  it('a condition printed for people means the same', () => {
    forEachSeed((random) => {
      const condition = randomCondition(random, 4);
      const text =
        ruleText('A', printCondition(condition)) + ruleText('B', printForPeople(condition, random.pick([10, 40, 100])));
      for (const names of outcomes(text, random)) expect(['', 'A,B']).toContain(names);
    });
  });

  it('not (a or b) is not a and not b; not (a and b) is not a or not b', () => {
    forEachSeed((random) => {
      const a = `(${printCondition(randomCondition(random, 3))})`;
      const b = `(${printCondition(randomCondition(random, 3))})`;
      const text =
        ruleText('A', `not (${a} or ${b})`) +
        ruleText('B', `not ${a} and not ${b}`) +
        ruleText('C', `not (${a} and ${b})`) +
        ruleText('D', `not ${a} or not ${b}`);
      for (const names of outcomes(text, random)) expect(['', 'A,B', 'C,D', 'A,B,C,D']).toContain(names);
    });
  });

  it('a condition holds or its negation does, whatever is missing', () => {
    forEachSeed((random) => {
      const condition = printCondition(randomCondition(random, 4));
      const text = ruleText('A', condition) + ruleText('B', `not (${condition})`);
      for (const names of outcomes(text, random)) expect(['A', 'B']).toContain(names);
    });
  });

  it('the order of parts, a restriction of the event type, and other rules do not change the result', () => {
    forEachSeed((random) => {
      const parts = Array.from({ length: 3 }, () => `(${printCondition(randomCondition(random, 2))})`);
      const condition = `${parts.join(' and ')} and evt.type in (open, execve)`;
      const turned = `not evt.type = connect and evt.type exists and ${[...parts].reverse().join(' and ')}`;
      const text = ruleText('A', condition) + ruleText('B', turned);
      const alone = engineFrom(ruleText('A', condition));
      const both = engineFrom(text, { matching: 'all' });
      const events = randomEvents(random);
      const names = events.map((event) => matching(both, event));
      expect(['', 'A,B']).toEqual(expect.arrayContaining([...new Set(names.map((each) => each.join()))]));
      expect(events.map((event) => matching(alone, event))).toEqual(names.map((each) => each.slice(0, 1)));
    });
  });

  it('rules that share parts hold as each does alone, in their order', () => {
    forEachSeed((random) => {
      const pool = Array.from({ length: 6 }, () => `(${printCondition(randomCondition(random, 1))})`);
      const rules = Array.from({ length: 12 }, (_, i) => {
        const parts = Array.from(
          { length: 1 + random.below(4) },
          () => random.pick(['', '', 'not ']) + random.pick(pool),
        );
        return { name: String.fromCharCode(65 + i), condition: parts.join(' and ') };
      });
      const text = rules.map(({ name, condition }) => ruleText(name, condition)).join('');
      const alone = rules.map(({ name, condition }) => engineFrom(ruleText(name, condition)));
      const all = engineFrom(text, { matching: 'all' });
      const first = engineFrom(text);
      const events = randomEvents(random);
      const expected = events.map((event) => alone.flatMap((engine) => matching(engine, event)));
      expect(events.map((event) => matching(all, event))).toEqual(expected);
      expect(events.map((event) => matching(first, event))).toEqual(expected.map((each) => each.slice(0, 1)));
    }, RUNS / 5);
  });

  it('a macro means what its text in parentheses means', () => {
    forEachSeed((random) => {
      const inner = printCondition(randomCondition(random, 3));
      const macro = (name: string, condition: string): string => `- ${JSON.stringify({ macro: name, condition })}\n`;
      const text =
        macro('m', inner) +
        macro('m2', 'm or user.uid = 1') +
        ruleText('A', 'not m and m2') +
        ruleText('B', `not (${inner}) and ((${inner}) or user.uid = 1)`);
      for (const names of outcomes(text, random)) expect(['', 'A,B']).toContain(names);
    });
  });

  it('any text survives quoting', () => {
    forEachSeed((random) => {
      const value = Array.from({ length: random.below(8) }, () =>
        random.pick(['a', ' ', '"', "'", '\\', '\n', '\t', 'é', '/']),
      ).join('');
      const quoted = quote(value);
      expect(unquote(quoted, 0)).toBe(value);
      const parsed = parseCondition(`proc.name = ${quoted}`) as Condition & { kind: 'compare' };
      expect(parsed.right).toMatchObject({ values: [{ text: value }] });
    });
  });

  it('appending in files gives the text of the files one after the other', () => {
    forEachSeed((random) => {
      const pieces = Array.from({ length: 3 }, () => printCondition(randomCondition(random, 2)));
      const [first = '', ...others] = pieces;
      const kinds = others.map(() => random.pick(['and', 'or']));
      const files = [
        ruleText('A', first),
        ...others.map(
          (piece, i) =>
            `- ${JSON.stringify({ rule: 'A', condition: `${kinds[i]} ${piece}`, override: { condition: 'append' } })}\n`,
        ),
      ];
      const whole = [first, ...others.map((piece, i) => `${kinds[i]} ${piece}`)].join(' ');
      const appended = compileRules(loadRules(files.map((text, i) => ({ path: `${i}.yaml`, text }))), jsonCatalog);
      const written = engineFrom(ruleText('A', whole));
      const events = randomEvents(random);
      const expected = events.map((event) => matching(written, event));
      expect(events.map((event) => matching(appended, event))).toEqual(expected);
    });
  });
});
