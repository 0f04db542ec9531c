import { describe, expect, it } from 'vitest';
import { decodeGrpcAlert, MalformedAlertError } from '../../src/falco/decode.js';
import { message, noRecordings, recorded } from './harness.js';

describe.skipIf(noRecordings)('what a real Falco 0.40 sent', () => {
  it('with json_output: the plain line is taken out of the document, missing fields are absent', () => {
    const alerts = recorded('grpc-get.json').map(decodeGrpcAlert);
    expect(alerts).toHaveLength(8);
    expect(alerts[0]).toMatchObject({
      time: { seconds: '1795224943', nanos: 906821998 },
      priority: 'WARNING',
      source: 'syscall',
      rule: 'Read sensitive file untrusted',
      hostname: 'vm',
    });
    for (const alert of alerts) {
      expect(alert.output).toMatch(/^2026-11-21T\S+: (Warning|Critical|Notice) /);
      expect(Object.values(alert.fields)).not.toContain('<NA>');
    }
    expect(alerts[0]?.fields).not.toHaveProperty('container.name');
    expect(alerts[1]?.fields).toHaveProperty('container.name', 'scen1');
  });

  it('without json_output: the line is the output', () => {
    const [alert] = recorded('grpc-plain-text-output.json').map(decodeGrpcAlert);
    expect(alert?.output).toMatch(/^2026-11-21T01:36:56\.049685461\+0000: Warning Sensitive file/);
  });
});

describe('odd but valid messages', () => {
  const ODD: readonly [what: string, change: Record<string, unknown>, expected: Record<string, unknown>][] = [
    ['another spelling of the priority', { priority: 'warning' }, { priority: 'WARNING' }],
    ['the third spelling', { priority: 'Informational' }, { priority: 'INFORMATIONAL' }],
    ['a priority as a number', { priority: 5 }, { priority: 'NOTICE' }],
    ['no priority (zero is left out on the wire)', { priority: undefined }, { priority: 'EMERGENCY' }],
    ['source only in field 3 (Falco 0.26)', { source: undefined, source_deprecated: 'SYSCALL' }, { source: 'syscall' }],
    ['no source in either field (zero)', { source: undefined }, { source: 'syscall' }],
    ['an empty field 9', { source: '', source_deprecated: 'K8S_AUDIT' }, { source: 'k8s_audit' }],
    ['a plugin source', { source: 'gitlab', source_deprecated: 'PLUGIN' }, { source: 'gitlab' }],
    ['a time without nanoseconds', { time: { seconds: '1795224943' } }, { time: { seconds: '1795224943', nanos: 0 } }],
    ['no tags (Falco 0.26)', { tags: undefined }, { tags: [] }],
    ['no fields', { output_fields: undefined }, { fields: {} }],
    ['every field missing', { output_fields: { a: '<NA>', b: '<NA>' } }, { fields: {} }],
    ['an output that only starts like JSON', { output: '{not json' }, { output: '{not json' }],
    ['an output that is JSON of another kind', { output: '{"a":1}' }, { output: '{"a":1}' }],
    ['an output with a number as output', { output: '{"output":7}' }, { output: '{"output":7}' }],
    ['fields of later Falcos', { uuid: 'x' }, { rule: 'Read sensitive file untrusted' }],
    ['U+FFFD and NUL in a field', { output_fields: { a: '\ufffd\0' } }, { fields: { a: '\ufffd\0' } }],
  ];

  it.each(ODD)('%s', (_what, change, expected) => {
    const { ...given } = message(change);
    for (const key of Object.keys(given)) if (given[key] === undefined) delete given[key];
    expect(decodeGrpcAlert(given)).toMatchObject(expected);
  });

  it('a field named like a property of every object is only a field', () => {
    const fields = JSON.parse('{"constructor":"c","toString":"t","__proto__":"p"}') as Record<string, string>;
    const alert = decodeGrpcAlert(message({ output_fields: fields }));
    expect(alert.fields['constructor' as string]).toBe('c');
    expect(decodeGrpcAlert(message({ output_fields: {} })).fields['constructor' as string]).toBeUndefined();
    expect(({} as Record<string, unknown>)['p' as string]).toBeUndefined();
  });

  it('cannot be changed by whoever gets it', () => {
    const alert = decodeGrpcAlert(message());
    expect(() => Object.assign(alert.fields, { 'container.id': 'other' })).toThrow(TypeError);
    expect(() => (alert.tags as string[]).push('x')).toThrow(TypeError);
  });
});

describe('malformed messages', () => {
  const BAD: readonly [what: string, value: unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a string', 'alert'],
    ['an array', []],
    ['an empty message', {}],
    ['no time', message({ time: undefined })],
    ['a time that is no number', message({ time: { seconds: 'soon', nanos: 0 } })],
    ['a negative time', message({ time: { seconds: '-1', nanos: 0 } })],
    ['seconds beyond any calendar', message({ time: { seconds: '9'.repeat(19), nanos: 0 } })],
    ['nanoseconds over a second', message({ time: { seconds: '1', nanos: 1_000_000_000 } })],
    ['an unknown priority', message({ priority: 'PANIC' })],
    ['a priority out of range', message({ priority: 99 })],
    ['no rule', message({ rule: '' })],
    ['a field that is no string', message({ output_fields: { a: 1 } })],
    ['fields that are a list', message({ output_fields: ['a'] })],
    ['tags that are a string', message({ tags: 'a' })],
  ];

  it.each(BAD)('%s', (_what, value) => {
    expect(() => decodeGrpcAlert(value)).toThrow(MalformedAlertError);
  });
});
