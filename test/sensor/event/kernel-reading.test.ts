import { describe, expect, it } from 'vitest';
import { NUMBER_FIELD } from '../../../src/falco/alert.js';
import { compileRules, loadRules } from '../../../src/rules/index.js';
import { syscallCatalog } from '../../../src/sensor/fields/catalog.js';
import { AlertQueue } from '../../../src/sensor/outputs/queue.js';
import { PART, type PartTag } from '../../../src/sensor/probe/layout.js';
import { ProcessRecord } from '../../../src/sensor/probe/record.js';
import { Watcher } from '../../../src/sensor/watcher.js';
import { type RecordSpec, recordBytes } from '../records.js';

const OPENAT = 257;
const AT_FDCWD = -100;

/** The alerts of some rules, named a, b, … by their conditions, about some calls: each as `rule fd.name fd.nameraw`. */
function alerts(conditions: readonly string[], records: readonly RecordSpec[]): string[] {
  const rules = conditions.map(
    (condition, index) =>
      `- rule: ${'abc'[index]}\n  desc: d\n  condition: evt.type in (open, openat) and ${condition}\n  output: "%fd.name %fd.nameraw"\n  priority: INFO\n`,
  );
  const engine = compileRules(loadRules([{ path: 'r.yaml', text: rules.join('') }]), syscallCatalog, {
    matching: 'all',
  });
  const queue = new AlertQueue(100);
  const watcher = new Watcher({ engine }, queue, { dockerRoot: '/nonexistent', hostname: 'h', now: () => 0 });
  for (const record of records) watcher.record(new ProcessRecord(recordBytes(record)));
  return Array.from({ length: queue.size }, () => {
    const { rule, output_fields: fields = {} } = queue.pop() ?? {};
    const texts = Object.entries(fields).flatMap(([name, text]) => (name === NUMBER_FIELD ? [] : text));
    return `${rule} ${texts.join(' ')}`;
  });
}

/** An openat of `text`; `found` is the kernel's path, where the kernel side saw another one. */
function open(text: string, found?: string, ret = 3): RecordSpec {
  const parts: [PartTag, Buffer | string][] = [[PART.path1, text]];
  if (!text.startsWith('/')) parts.push([PART.base1, '/work']);
  if (ret >= 0) parts.push([PART.fd, Buffer.alloc(64)]);
  if (found !== undefined) parts.push([PART.fdPath, found]);
  return { nr: OPENAT, ret, args: [AT_FDCWD, 0, 0], parts };
}

describe('a rule matches the path as written and as the kernel resolved it', () => {
  it.each<[what: string, record: RecordSpec, expected: string[]]>([
    ['written', open('/etc/shadow'), ['a /etc/shadow /etc/shadow']],
    ['found', open('/tmp/x', '/etc/shadow'), ['a /etc/shadow /tmp/x']],
    ['written, and elsewhere found', open('/etc/shadow', '/tmp/x'), ['a /etc/shadow /etc/shadow']],
    ['relative', open('../etc/shadow', '/etc/shadow'), ['a /etc/shadow ../etc/shadow']],
    ['refused', open('/etc/shadow', undefined, -13), ['a /etc/shadow /etc/shadow']],
    ['neither', open('/tmp/x', '/tmp/y'), []],
  ])('%s', (_what, record, expected) => {
    expect(alerts(['fd.name = /etc/shadow'], [record])).toEqual(expected);
  });

  it('matches once per rule, with the resolved path', () => {
    const record = open('/tmp/x', '/etc/shadow');
    expect(alerts(['fd.name startswith /', 'fd.name = /tmp/x', 'fd.name = /etc/shadow'], [record])).toEqual([
      'a /etc/shadow /tmp/x',
      'c /etc/shadow /tmp/x',
      'b /tmp/x /tmp/x',
    ]);
  });

  it.each([
    ['/proc/self/environ', '/proc/7/environ', []],
    ['/proc/thread-self/environ', '/proc/7/task/7/environ', []],
    ['/tmp/link', '/proc/8/environ', ['a /proc/8/environ /tmp/link']],
    ['/tmp/link', '/proc/77/environ', ['a /proc/77/environ /tmp/link']],
  ])('%s, found as %s by process 7', (text, found, expected) => {
    expect(alerts(['fd.name glob "/proc/[0-9]*/environ"'], [open(text, found)])).toEqual(expected);
  });
});
