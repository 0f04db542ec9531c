import { pino } from 'pino';
import { describe, expect, it, test } from 'vitest';
import { formatToken } from '../../src/api/auth/credentials.js';

import { readEvent } from '../../src/gitlab/event/event.js';
import { samenessOf } from '../../src/gitlab/event/same-event.js';
import { readBody } from '../../src/gitlab/receive/body.js';
import { Destinations } from '../../src/gitlab/receive/destinations.js';
import { DestinationsInForce } from '../../src/gitlab/receive/destinations-in-force.js';
import { document, event, received } from './events.js';

const FORM = 'application/x-www-form-urlencoded';
const one = JSON.stringify(document());

/** Characters that a form decoder loses or breaks on, in every text of an event. */
const HOSTILE_TEXTS = [
  'a;b',
  '100%',
  '%{title}',
  '%41',
  'a&b',
  'a=b',
  'a+b',
  '\u0000',
  '😀𝔘',
  '"\\',
  '</script>',
  '\u2028',
];

describe('bodies that are events', () => {
  test.each<[string, string | Buffer, string, number]>([
    ['an event labelled a form', one, FORM, 1],
    ['an event labelled JSON', one, 'application/json', 1],
    ['an event without a label', one, '', 1],
    ['an event labelled multipart', one, 'multipart/form-data; boundary=x', 1],
    ['a byte-order mark and blanks around it', `\ufeff\n ${one}\n`, FORM, 1],
    ['an array', `[${one}, ${one}\n,${one}]`, 'application/json', 3],
    ['an empty array', '[ ]', 'application/json', 0],
    ['an empty object', '{}', '', 1],
    ['an event encoded as a form', encodeURIComponent(one), FORM, 1],
    ['two of them joined as a form', `${encodeURIComponent(one)}&${encodeURIComponent(one)}=`, FORM, 2],
    ['details that are a text', '{"details":"x","id":1}', FORM, 1],
    [
      'keys that objects inherit',
      '{"__proto__":{"event_type":"x"},"constructor":1,"details":{"__proto__":{"author_name":"y"}}}',
      FORM,
      1,
    ],
    [
      'bytes that are no UTF-8 in a text',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      FORM,
      1,
    ],
  ])('%s', (_what, body, contentType, count) => {
    const { documents, strays } = readBody(Buffer.from(body), contentType);
    expect([documents.length, strays.length]).toEqual([count, 0]);
    for (const raw of documents) expect(() => readEvent(received(raw))).not.toThrow();
  });

  test.each(HOSTILE_TEXTS)('%j is kept in every field', (text) => {
    const details = { author_name: text, custom_message: text, target_details: text, add: text, entity_path: text };
    const raw = JSON.stringify(document({ event_type: text, id: text }, details));
    const [kept] = readBody(Buffer.from(raw), FORM).documents;
    expect(String(kept)).toBe(raw);
    const read = readEvent(received(kept ?? ''));
    expect([
      read.type,
      read.id,
      read.authorName,
      read.message,
      read.targetDetails,
      read.change?.item,
      read.entityPath,
    ]).toEqual(Array(7).fill(text));
  });

  it('keeps the elements of an array as they were sent, and what is no event apart', () => {
    const body = `[ {"id": 9007199254740993, "a":"],[}{\\"" } , 5, "x,]", [${one}], ${one} ]`;
    const { documents, strays } = readBody(Buffer.from(body), 'application/json');
    expect(documents.map(String)).toEqual(['{"id": 9007199254740993, "a":"],[}{\\"" }', one]);
    expect(strays.map(String)).toEqual(['5', '"x,]"', `[${one}]`]);
  });

  it('an event that is 100,000 deep is an event', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const raw = JSON.stringify(document()).replace('"did something"', deep);
    const [kept] = readBody(Buffer.from(raw), FORM).documents;
    const read = readEvent(received(kept ?? ''));
    expect(read.message).toContain('…');
    expect(samenessOf(read).key).toMatch(/^[0-9a-f]{64}$/);
  });

  it('an event of 24 MB is an event, quickly', () => {
    const raw = Buffer.from(JSON.stringify(document({}, { custom_message: '"\\'.repeat(6_000_000) })));
    expect(raw.length).toBeGreaterThan(24_000_000);
    const started = performance.now();
    const [kept] = readBody(raw, FORM).documents;
    expect(readEvent(received(kept ?? '')).message?.length).toBeLessThan(70_000);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('inherited keys are no values', () => {
    const read = readEvent(
      received('{"__proto__":{"event_type":"evil"},"details":{"__proto__":{"author_name":"evil"}}}'),
    );
    expect([read.type, read.authorName]).toEqual(['', undefined]);
  });
});

describe('bodies that are none', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['a number', '5'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['half an event', one.slice(0, -1)],
    ['two events in a row', one + one],
    ['a form of something else', 'a=b&c=d'],
    ['a form of which one part is broken', `${encodeURIComponent(one)}&%7B`],
    ['a broken escape', '%7B%'],
    ['HTML', '<html>'],
    ['10,000 open brackets', '['.repeat(10_000)],
  ])('%s', (_what, body) => {
    expect(() => readBody(Buffer.from(body), FORM)).toThrow(expect.objectContaining({ code: 'not-audit-events' }));
  });

  it('a form is only tried where it is said to be one', () => {
    expect(() => readBody(Buffer.from(encodeURIComponent(one)), 'application/json')).toThrow();
  });
});

describe('the same event', () => {
  const uuid = (n: number) => `f5c1b1a2-0000-4000-8000-00000000000${n}`;
  const same = (a: object, b: object, detailsB: object = {}) => {
    const [first, second] = [samenessOf(event({ ...a })), samenessOf(event({ ...b }, { ...detailsB }))];
    return first.key === second.key || (first.content !== undefined && first.content === second.content);
  };

  test.each<[string, object, object, object, boolean]>([
    ['delivered twice', {}, {}, {}, true],
    ['with another id at each dispatch', { id: uuid(1) }, { id: uuid(2) }, {}, true],
    [
      'with the epoch second for an id, and another content',
      { id: 1795521600 },
      { id: 1795521600, event_type: 'x' },
      {},
      false,
    ],
    ['with another id and another content', { id: uuid(1) }, { id: uuid(2) }, { custom_message: 'other' }, false],
    ['with ids of the database that differ', { id: 12345678901 }, { id: 12345678902 }, {}, false],
    ['with the id as a text', { id: 12345678901 }, { id: '12345678901' }, {}, true],
    ['at another time', { id: 12345678901 }, { id: 12345678901, created_at: '2026-11-24T12:00:00.001Z' }, {}, false],
    ['about another target', { id: 12345678901 }, { id: 12345678901 }, { target_id: 43 }, false],
    ['without an id, and another content', { id: undefined }, { id: undefined }, { custom_message: 'other' }, false],
  ])('%s: %j', (_what, a, b, detailsB, wanted) => {
    expect(same(a, b, detailsB)).toBe(wanted);
  });

  it('of another instance is another one', () => {
    const raw = JSON.stringify(document());
    const other = received(raw, { destination: { id: 'd2', instance: 'https://other.example' } });
    expect(samenessOf(readEvent(received(raw))).key).not.toBe(samenessOf(readEvent(other)).key);
  });
});

describe('the file of destinations', () => {
  const file = (...destinations: object[]) => JSON.stringify({ destinations });
  const good = { id: 'd1', instance: 'https://GitLab.example/', tokens: ['0123456789abcdef', 'fedcba9876543210'] };

  it('knows both tokens of a destination, and no other', () => {
    const destinations = Destinations.parse(file(good));
    for (const token of good.tokens) {
      expect(destinations.find(token)).toEqual({ id: 'd1', instance: 'https://gitlab.example' });
    }
    for (const token of ['', '0123456789abcdeF', '0123456789abcde']) expect(destinations.find(token)).toBeUndefined();
  });

  it('knows a token by its hash, and takes no hash for a token', () => {
    const token = '0123456789abcdef';
    const hashed = formatToken('gitlab', token);
    const destinations = Destinations.parse(file({ ...good, tokens: [hashed] }));
    expect(destinations.find(token)?.id).toBe('d1');
    for (const wrong of [hashed, hashed.split(':')[1] ?? '']) expect(destinations.find(wrong)).toBeUndefined();
  });

  it('is read again, all or nothing', () => {
    let text = file(good);
    const inForce = new DestinationsInForce(() => text, pino({ level: 'silent' }));
    const ids = (...tokens: string[]) => tokens.map((token) => inForce.find(token)?.id);
    const [first = '', second = ''] = good.tokens;
    text = file({ ...good, tokens: [second] }, { id: 'd2', instance: 'https://other.example', tokens: [first] });
    expect(ids(first, second)).toEqual(['d1', 'd1']);
    expect(inForce.reload()).toBe(true);
    expect(ids(first, second)).toEqual(['d2', 'd1']);
    expect(inForce.instances()).toEqual(new Set(['https://gitlab.example', 'https://other.example']));
    for (const broken of ['', file(), file(good, good)]) {
      text = broken;
      expect(inForce.reload()).toBe(false);
      expect(ids(first, second)).toEqual(['d2', 'd1']);
    }
  });

  test.each<[string, string]>([
    ['no JSON', '{"tokens": 0123456789abcdef'],
    ['no destination', file()],
    ['three tokens', file({ ...good, tokens: [...good.tokens, 'aaaaaaaaaaaaaaaa'] })],
    ['no token', file({ ...good, tokens: [] })],
    ['a short token', file({ ...good, tokens: ['0123456789'] })],
    ['an id twice', file(good, { ...good, tokens: ['aaaaaaaaaaaaaaaa'] })],
    ['a token twice', file(good, { ...good, id: 'd2' })],
    ['a token and its hash', file(good, { ...good, id: 'd2', tokens: [formatToken('d2', '0123456789abcdef')] })],
    ['an instance that is no address', file({ ...good, instance: 'gitlab.example' })],
    ['an instance with a password', file({ ...good, instance: 'https://u:p0123456789abcdef@gitlab.example' })],
    ['an unknown key', file({ ...good, token: 'x' })],
  ])('%s is refused, and no token is quoted', (_what, text) => {
    const parse = () => Destinations.parse(text);
    expect(parse).toThrow(expect.objectContaining({ code: 'bad-destinations-file' }));
    expect(parse).not.toThrow(/0123456789/);
  });
});
