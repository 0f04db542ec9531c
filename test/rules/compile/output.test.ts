import { describe, expect, it } from 'vitest';
import {
  compileRules,
  fieldTexts,
  type JsonEvent,
  jsonCatalog,
  loadRules,
  type Match,
} from '../../../src/rules/index.js';
import { engineFrom, ruleText } from '../support.js';

const event: JsonEvent = {
  'proc.name': 'node',
  'proc.pid': 41,
  'proc.aname[2]': 'npm',
  'fd.types': ['file', 'ipv4'],
  'evt.failed': true,
  'evt.arg.flags': 'O_RDONLY',
  'user.name': 'u',
  'evt.time.iso8601': '1795226320060556838',
};

function match(output: string, options: Parameters<typeof compileRules>[2] = {}, of: JsonEvent = event): Match {
  const [found] = engineFrom(ruleText('R', 'proc.pid exists', { output, priority: 'warning' }), options).evaluate(of);
  if (found === undefined) throw new Error('no match');
  return found;
}

describe('outputs', () => {
  it.each([
    ['plain text', 'plain text'],
    ['%proc.name', 'node'],
    ['a %proc.name b', 'a node b'],
    ['%proc.name%proc.pid', 'node41'],
    ['(%proc.pid)', '(41)'],
    ['%proc.aname[2]!', 'npm!'],
    ['%proc.aname[3]', '<NA>'],
    ['%proc.cmdline', '<NA>'],
    ['*%proc.cmdline', '<NA>'],
    ['%evt.failed', 'true'],
    ['%fd.types', '(file,ipv4)'],
    ['%evt.arg.flags %evt.arg[flags]', 'O_RDONLY O_RDONLY'],
    ['%toupper(proc.name)', 'NODE'],
    ['%len(proc.name)', '4'],
    ['%10proc.name|', 'node      |'],
    ['%2proc.name|', 'no|'],
    ['%20proc.cmdline|', '<NA>                |'],
    ['said %user.name.', 'said u.'],
    ['said %user.name. The end', 'said u. The end'],
    ['%user.name.foo', 'u.foo'],
    ['%evt.rawtime', '1795226320060556838'],
    ['%evt.time.iso8601', '2026-11-21T01:58:40.060556838+0000'],
    ['%evt.source', 'syscall'],
    ['100%proc.pid', '10041'],
  ])('%s', (output, text) => {
    expect(match(output).message).toBe(text);
  });

  it('puts time and priority in front, as configured', () => {
    expect(match('x', { timeFormat: 'iso8601' }).output).toBe('2026-11-21T01:58:40.060556838+0000: Warning x');
    expect(match('x').output).toMatch(/^\d\d:\d\d:40\.060556838: Warning x$/);
  });

  it('gives the named fields with their types, and as texts', () => {
    const found = match('%proc.pid %proc.name %proc.cmdline %evt.failed %evt.rawtime');
    expect(Object.fromEntries(found.fields)).toEqual({
      'proc.pid': 41,
      'proc.name': 'node',
      'proc.cmdline': undefined,
      'evt.failed': true,
      'evt.rawtime': 1795226320060556838n,
    });
    expect(fieldTexts(found, jsonCatalog)).toMatchObject({
      'proc.pid': '41',
      'proc.cmdline': '<NA>',
      'evt.failed': 'true',
    });
  });

  it('appends output and fields to the rules that are meant', () => {
    const appendOutput = [
      { extraOutput: 'pid=%proc.pid' },
      { match: { tags: ['none'] }, extraOutput: 'no' },
      { match: { source: 'syscall', rule: 'R' }, extraFields: ['user.name', { who: '%proc.name by %user.name' }] },
    ];
    const found = match('x', { appendOutput });
    expect(found.message).toBe('x pid=41');
    expect(Object.fromEntries(found.fields)).toEqual({ 'proc.pid': 41, 'user.name': 'u', who: 'node by u' });
  });

  it('drops the old %container.info', () => {
    expect(match('x (%container.info)').message).toBe('x ()');
  });
});

describe('which rules', () => {
  const texts = [
    ruleText('Alpha one', 'proc.name = node', { tags: ['a', 'x'], priority: 'CRITICAL' }),
    ruleText('Beta two', 'proc.name = node', { tags: ['b'], priority: 'NOTICE' }),
    ruleText('Gamma three', 'proc.name = node', { tags: ['a'], enabled: false, priority: 'DEBUG' }),
  ];
  const inForce = (selection: NonNullable<Parameters<typeof compileRules>[2]>['selection'] = {}): string[] =>
    engineFrom(texts, { selection }).rules.map((rule) => rule.name.charAt(0));

  it.each([
    ['all that are enabled', {}, 'AB'],
    ['-D: a part of the name', { disableNames: ['two'] }, 'A'],
    ['-D: nothing by another case', { disableNames: ['TWO'] }, 'AB'],
    ['-T', { disableTags: ['x', 'y'] }, 'B'],
    ['-t, also those that are off', { onlyTags: ['a'] }, 'AG'],
    ['rules: all off, one on', { rules: [{ disable: { rule: '*' } }, { enable: { rule: 'Beta*' } }] }, 'B'],
    ['rules: in order', { rules: [{ enable: { rule: 'Beta two' } }, { disable: { rule: '*' } }] }, ''],
    ['rules: by tag', { rules: [{ disable: { tag: 'b' } }, { enable: { tag: 'a' } }] }, 'AG'],
    ['rules: a question mark is only that', { rules: [{ disable: { rule: 'Beta?two' } }] }, 'AB'],
    ['minimum priority', { minimumPriority: 'NOTICE' }, 'AB'],
    ['minimum priority, higher', { minimumPriority: 'ERROR' }, 'A'],
  ] as const)('%s', (_what, selection, expected) => {
    expect(inForce(selection).join('')).toBe(expected);
  });

  it('first: one match for an event, in the order of the rules; all: each', () => {
    const names = (matching: 'first' | 'all'): string[] =>
      engineFrom(texts, { matching })
        .evaluate({ 'proc.name': 'node' })
        .map((found) => found.rule);
    expect(names('first')).toEqual(['Alpha one']);
    expect(names('all')).toEqual(['Alpha one', 'Beta two']);
  });

  it('tells the event types of each rule', () => {
    const engine = engineFrom(
      ruleText('A', '(evt.type in (open, openat) and proc.name = x) or evt.type = execve') +
        ruleText('B', 'evt.type != open and evt.type in (open, creat)') +
        ruleText('C', 'proc.name = x'),
    );
    expect(engine.rules.map((rule) => rule.eventTypes)).toEqual([['execve', 'open', 'openat'], ['creat'], undefined]);
  });

  it('refuses a set with an error as a whole', () => {
    const broken = [
      { path: 'good.yaml', text: texts[0] ?? '' },
      { path: 'bad.yaml', text: ruleText('R', 'nonsense') },
    ];
    expect(() => compileRules(loadRules(broken), jsonCatalog)).toThrow(
      /bad\.yaml:1:\d+: error LOAD_ERR_VALIDATE: Undefined macro 'nonsense'/,
    );
  });
});
