import { describe, expect, it } from 'vitest';
import { compileRules, loadRules } from '../../../src/rules/index.js';
import { syscallCatalog } from '../../../src/sensor/fields/catalog.js';
import { DropReporter } from '../../../src/sensor/outputs/drops.js';
import { type AlertContent, alertMessage } from '../../../src/sensor/outputs/message.js';
import { AlertQueue } from '../../../src/sensor/outputs/queue.js';
import { PART } from '../../../src/sensor/probe/layout.js';
import { ProcessRecord } from '../../../src/sensor/probe/record.js';
import type { ProbeStats } from '../../../src/sensor/probe/stats.js';
import { Watcher } from '../../../src/sensor/watcher.js';
import { recordBytes } from '../records.js';

const OPEN = '- rule: Open\n  desc: d\n  condition: evt.type = openat\n  output: opened\n  priority: INFO\n';
const engine = compileRules(loadRules([{ path: 'r.yaml', text: OPEN }]), syscallCatalog, { matching: 'all' });

const content = (rule: string): AlertContent => ({
  timeNs: 1_795_257_405_000_000_007n,
  priority: 'CRITICAL',
  source: 'syscall',
  rule,
  output: 'text "quoted"\n',
  fields: new Map<string, string | number | bigint | boolean | undefined>([
    ['proc.pid', 7],
    ['evt.time.iso8601', 1_795_257_405_000_000_007n],
    ['fd.name', undefined],
    ['evt.failed', true],
  ]),
  texts: { 'proc.pid': '7', 'fd.name': '<NA>', 'evt.failed': 'true' },
  tags: ['b', 'a'],
});

describe('an alert', () => {
  it('has the format that Falco sends', () => {
    const message = alertMessage(content('R'), 'host');
    expect(message).toMatchObject({
      time: { seconds: '1795257405', nanos: 7 },
      source_deprecated: 'SYSCALL',
      tags: ['a', 'b'],
      output_fields: { 'fd.name': '<NA>' },
    });
    expect(message.output).toBe(
      '{"hostname":"host","output":"text \\"quoted\\"\\n","output_fields":{"evt.failed":true,"evt.time.iso8601":1795257405000000007,"fd.name":null,"proc.pid":7},"priority":"Critical","rule":"R","source":"syscall","tags":["a","b"],"time":"2026-11-21T10:36:45.000000007Z"}',
    );
  });
});

describe('the queue', () => {
  const alert = (rule: string) => alertMessage(content(rule), 'h');
  const all = (queue: AlertQueue) => Array.from({ length: queue.size }, () => queue.pop()?.rule ?? '');

  it('delivers the alerts of a container in order, and drops its newest when full', () => {
    const queue = new AlertQueue(3_000);
    for (let i = 0; i < 5_000; i += 1) queue.push(alert(String(i)), 'a');
    for (let i = 0; i < 2_500; i += 1) expect(queue.pop()?.rule).toBe(String(i));
    expect(queue.size).toBe(500);
    queue.push(alert('last'), 'a');
    expect(all(queue)).toEqual([...Array.from({ length: 500 }, (_, i) => String(2_500 + i)), 'last']);
    expect(queue.pop()).toBeUndefined();
  });

  it('shows dropped alerts as a gap in the alert numbers', () => {
    const queue = new AlertQueue(100);
    const watcher = new Watcher({ engine }, queue, { dockerRoot: '/nonexistent', hostname: 'h', now: () => 0 });
    const opened = new ProcessRecord(
      recordBytes({ nr: 257, ret: 3, args: [-100], parts: [[PART.path1, '/etc/shadow']] }),
    );
    for (let at = 0; at < 350; at += 1) watcher.record(opened);
    for (let at = 0; at < 100; at += 1) queue.pop();
    watcher.record(opened);
    expect(queue.pop()?.output_fields['packwarden.number']).toBe('351');
  });

  it('takes turns between containers, so that a flood delays no other container', () => {
    const queue = new AlertQueue(3_000);
    for (let i = 0; i < 5_000; i += 1) queue.push(alert('flood'), 'a');
    for (const rule of ['canary', 'second']) queue.push(alert(rule), 'b');
    queue.push(alert('other'), 'c');
    const [first, ...others] = all(queue);
    expect([first, ...others].slice(0, 6)).toEqual(['flood', 'canary', 'other', 'flood', 'second', 'flood']);
    expect(others).toHaveLength(2_999);
  });
});

describe('drops', () => {
  const none = { clone_fork: 0, execve: 0, open: 0, connect: 0, dir_file: 0, proc_exit: 0, other: 0 };
  const stats = (part: Partial<ProbeStats>): ProbeStats => ({
    events: 0,
    skipped: 0,
    drops: none,
    lossOf: new Map(),
    ...part,
  });
  const [A, B] = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string];
  const nothing: ReadonlyMap<string, number> = new Map();

  it('are reported once, by kind, with Falco’s names and as texts', () => {
    const reporter = new DropReporter();
    expect(reporter.report(stats({ events: 1_000 }), nothing, 1n)).toBeUndefined();
    const drops = { ...none, open: 30, execve: 4, other: 5, proc_exit: 1 };
    const told = reporter.report(stats({ events: 1_500, drops, skipped: 2 }), new Map([[A, 3]]), 1n);
    expect(told?.rule).toBe('Falco internal: syscall event drop');
    expect(told?.output).toBe('Falco internal: syscall event drop. 45 system calls dropped in last second.');
    expect(told?.texts).toEqual({
      ebpf_enabled: '1',
      n_drops: '45',
      n_drops_buffer_clone_fork_enter: '0',
      n_drops_buffer_clone_fork_exit: '0',
      n_drops_buffer_close_exit: '0',
      n_drops_buffer_connect_enter: '0',
      n_drops_buffer_connect_exit: '0',
      n_drops_buffer_dir_file_enter: '0',
      n_drops_buffer_dir_file_exit: '0',
      n_drops_buffer_execve_enter: '0',
      n_drops_buffer_execve_exit: '4',
      n_drops_buffer_open_enter: '0',
      n_drops_buffer_open_exit: '30',
      n_drops_buffer_other_interest_enter: '0',
      n_drops_buffer_other_interest_exit: '5',
      n_drops_buffer_proc_exit: '1',
      n_drops_buffer_total: '40',
      n_drops_bug: '5',
      n_drops_page_faults: '0',
      n_drops_scratch_map: '0',
      n_evts: '500',
      'packwarden.losses': 'aaaaaaaaaaaa=3',
    });
    expect(reporter.report(stats({ events: 1_600, drops, skipped: 2 }), nothing, 1n)).toBeUndefined();
  });

  const lost = (count: number, ...of: [string, number][]) =>
    stats({ drops: { ...none, open: count }, lossOf: new Map(of) });
  it.each<[string, readonly ProbeStats[], readonly string[]]>([
    ['of one container', [lost(10, [A, 10])], [`10: ${'a'.repeat(12)}=10`]],
    ['of nobody that is known', [lost(10)], ['10: ']],
    ['of two, and of nobody', [lost(10, [A, 3], [B, 4])], [`10: ${'a'.repeat(12)}=3 ${'b'.repeat(12)}=4`]],
    [
      'only what is new, also of a container that was told before',
      [lost(10, [A, 10]), lost(10), lost(15, [A, 12], [B, 3])],
      [`10: ${'a'.repeat(12)}=10`, '', `5: ${'a'.repeat(12)}=2 ${'b'.repeat(12)}=3`],
    ],
    [
      'that a container’s count shows before the total does, are told once',
      [lost(10, [A, 12]), lost(12, [A, 12]), lost(13, [A, 12])],
      [`12: ${'a'.repeat(12)}=12`, '', '1: '],
    ],
  ])('by container: %s', (_what, told, expected) => {
    const reporter = new DropReporter();
    const texts = told.map((each) => reporter.report(each, nothing, 1n)?.texts);
    expect(texts.map((text) => (text === undefined ? '' : `${text.n_drops}: ${text['packwarden.losses']}`))).toEqual(
      expected,
    );
  });
});
