import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeGrpcAlert, MalformedAlertError } from '../../src/falco/decode.js';
import { decodeJsonAlert } from '../../src/falco/decode-json.js';
import { HttpAlertSource } from '../../src/falco/http-source.js';
import { Notes, noRecordings, RECORDINGS, recorded, silent } from './harness.js';

const lines = (name: string) => readFileSync(join(RECORDINGS, name), 'utf8').trim().split('\n');

function document(change: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    time: '2026-11-21T01:35:43.906821998Z',
    priority: 'Warning',
    source: 'syscall',
    rule: 'R',
    output: 'o',
    output_fields: {},
    hostname: 'vm',
    tags: [],
    ...change,
  });
}

describe.skipIf(noRecordings)('the JSON of a real Falco 0.40', () => {
  const FILES = [
    'stdout-scenario.jsonl',
    'stdout-name-resolution.jsonl',
    'stdout-internal-drop.jsonl',
    'probe.jsonl',
    'probe-runc-start.jsonl',
  ];
  it.each(FILES)('%s: every line is an alert', (name) => {
    for (const alert of lines(name).map(decodeJsonAlert)) {
      expect(alert.rule).not.toBe('');
      expect(Object.values(alert.fields).every((value) => typeof value === 'string')).toBe(true);
    }
  });

  it('is the same alert as over gRPC, but for the one field that only JSON has', () => {
    const overGrpc = new Map(
      recorded('grpc-get.json')
        .map(decodeGrpcAlert)
        .map((alert) => [alert.time.nanos, alert]),
    );
    const overJson = lines('stdout-scenario.jsonl').map(decodeJsonAlert);
    const pairs = overJson.filter((alert) => overGrpc.has(alert.time.nanos));
    expect(pairs.length).toBeGreaterThan(3);
    for (const alert of pairs) {
      const { 'evt.time.iso8601': _time, ...fields } = alert.fields;
      expect({ ...alert, fields }).toEqual(overGrpc.get(alert.time.nanos));
    }
  });

  it('keeps every digit of a time in nanoseconds', () => {
    const [alert] = lines('stdout-scenario.jsonl').map(decodeJsonAlert);
    expect(alert?.fields['evt.time.iso8601']).toBe('1795224943906821998');
    expect(alert?.time).toEqual({ seconds: '1795224943', nanos: 906821998 });
  });
});

describe('odd documents', () => {
  it('numbers, also negative and fractional ones, keep their text; digits in strings stay strings', () => {
    const text = document().replace(
      '"output_fields":{}',
      '"output_fields":{"a":-1,"b":0.10,"c":1e3,"d":"1 \\" 2","e":true,"f":null}',
    );
    expect(decodeJsonAlert(text).fields).toEqual({ a: '-1', b: '0.10', c: '1e3', d: '1 " 2', e: 'true' });
  });

  it.each([
    ['no fraction', '2026-11-21T01:35:43Z', 0],
    ['milliseconds', '2026-11-21T01:35:43.5Z', 500_000_000],
  ])('a time with %s', (_what, time, nanos) => {
    expect(decodeJsonAlert(document({ time })).time).toEqual({ seconds: '1795224943', nanos });
  });

  it('without what json_include_* can switch off', () => {
    const bare = document({ output: undefined, output_fields: undefined, tags: undefined, hostname: undefined });
    expect(decodeJsonAlert(bare)).toMatchObject({ output: '', fields: {}, tags: [], hostname: '' });
  });

  const BAD: readonly [what: string, text: string][] = [
    ['nothing', ''],
    ['plain text (json_output: false)', '01:35:43: Warning Sensitive file opened'],
    ['half a document', document().slice(0, 40)],
    ['a list', '[]'],
    ['a number', '7'],
    ['an unknown priority', document({ priority: 'Panic' })],
    ['no time', document({ time: undefined })],
    ['a local time', document({ time: '2026-11-21T01:35:43+02:00' })],
    ['an impossible time', document({ time: '2026-99-99T99:99:99Z' })],
    ['no rule', document({ rule: undefined })],
    ['two documents', document() + document()],
    ['a document nested 100,000 deep', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['a string without an end, 1 MiB long', `{"a":"${'\\\\'.repeat(512 * 1024)}`],
  ];
  it.each(BAD)('%s is refused', (_what, text) => {
    expect(() => decodeJsonAlert(text)).toThrow(MalformedAlertError);
  });
});

describe('the receiver', () => {
  it('hands alerts on, counts what is none, and takes nothing once stopped', async () => {
    const notes = new Notes();
    const source = new HttpAlertSource(silent);
    expect(source.receive(document())).toBe(false);
    source.start(notes);
    expect(source.receive(document())).toBe(true);
    expect(source.receive('nonsense')).toBe(false);
    expect(source.status()).toMatchObject({
      connected: true,
      description: 'falco (http)',
      lastError: 'not a JSON document',
    });
    await source.stop();
    expect(source.receive(document())).toBe(false);
    expect(notes.log).toEqual(['connected ', 'alert R', 'malformed', 'disconnected stopped']);
  });
});
