import { describe, expect, it } from 'vitest';
import { decodeGrpcAlert } from '../../src/falco/decode.js';
import { AlertFold } from '../../src/falco/fold.js';
import { message } from './harness.js';

const base = {
  'container.id': '873a693c3af9',
  'proc.pid': '41',
  'proc.cmdline': 'node setup.js',
  'fd.name': '/etc/shadow',
};

function alertWith(fields: Record<string, string>, seconds = 100, rule = 'R') {
  return decodeGrpcAlert(
    message({ rule, time: { seconds: String(seconds), nanos: 5 }, output_fields: { ...base, ...fields } }),
  );
}

describe('folding', () => {
  it('equal alerts are one, with their number, first and last time, and the first of them', () => {
    const fold = new AlertFold();
    for (const seconds of [100, 103, 101]) fold.add(alertWith({}, seconds));
    expect(fold.entries()).toEqual([
      expect.objectContaining({ count: 3, first: 100_000_000_005n, last: 103_000_000_005n }),
    ]);
    expect(fold.entries()[0]?.alert.time.seconds).toBe('100');
  });

  const APART: readonly [what: string, fields: Record<string, string>, rule?: string][] = [
    ['rule', {}, 'Other'],
    ['process', { 'proc.pid': '42' }],
    ['command line', { 'proc.cmdline': 'node other.js' }],
    ['file', { 'fd.name': '/etc/passwd' }],
    ['peer', { 'fd.name': '10.0.0.2:40000->1.2.3.4:443' }],
    ['path of a failed unlink', { 'evt.arg.path': '/tmp/x' }],
    ['file with an arrow in its name', { 'fd.name': '/tmp/a->b' }],
  ];
  it.each(APART)('another %s is another alert', (_what, fields, rule) => {
    const fold = new AlertFold();
    fold.add(alertWith({}));
    fold.add(alertWith(fields, 100, rule));
    expect(fold.entries()).toHaveLength(2);
  });

  it('connections to one peer are one, whatever their local port', () => {
    const fold = new AlertFold();
    for (const port of [40_000, 40_001, 40_002]) fold.add(alertWith({ 'fd.name': `10.0.0.2:${port}->1.2.3.4:443` }));
    expect(fold.entries()).toEqual([expect.objectContaining({ count: 3 })]);
  });

  it('files with an arrow in their name stay apart', () => {
    const fold = new AlertFold();
    for (const name of ['/tmp/a->x', '/tmp/b->x']) fold.add(alertWith({ 'fd.name': name }));
    expect(fold.entries()).toHaveLength(2);
  });

  it('what is over the limit is counted, and known alerts still fold', () => {
    const fold = new AlertFold(10);
    for (let i = 0; i < 25; i += 1) fold.add(alertWith({ 'fd.name': `/tmp/${i}` }));
    fold.add(alertWith({ 'fd.name': '/tmp/0' }));
    expect(fold.entries()).toHaveLength(10);
    expect(fold.overflowed).toBe(15);
    expect(fold.entries()[0]?.count).toBe(2);
  });
});
