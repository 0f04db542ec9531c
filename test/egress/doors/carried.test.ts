import { describe, expect, it } from 'vitest';
import { classified } from '../../../src/egress/doors/carried.js';

const of = (text: string) => classified(Buffer.from(text, 'latin1'));

describe('what a client says first', () => {
  it.each<[what: string, text: string, as: string | undefined]>([
    ['a request', 'GET / HTTP/1.1\r\n', 'http'],
    ['a request behind empty lines', '\r\n\n\r\nPOST / HTTP/1.1\r\n', 'http'],
    ['a request behind blanks', ' \t GET / HTTP/1.1\r\n', 'http'],
    ['a request behind more empty lines than a server skips', '\r\n'.repeat(700), 'http'],
    ['a method in small letters', 'post / HTTP/1.1\r\n', 'http'],
    ['a method of one letter', 'G / HTTP/1.1\r\n', 'http'],
    ['a method with a hyphen', 'M-SEARCH * HTTP/1.1\r\n', 'http'],
    ['a method of odd signs', "!#$%&'*+-.^_`|~ / HTTP/1.1\r\n", 'http'],
    ['a tab behind the method', 'GET\t/ HTTP/1.1\r\n', 'http'],
    ['two spaces behind the method', 'GET  / HTTP/1.1\r\n', 'http'],
    ['a method without an end', 'A'.repeat(1_100), 'http'],
    ['HTTP/2 with prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'http'],
    ['a request that looks like SSH', 'SSH-2.0-x / HTTP/1.1\r\nHost: y\r\n', 'http'],
    ['one with a long path', `SSH-2.0-x /${'p'.repeat(300)}`, 'http'],
    ['a request that looks like Git', '0032git-x / HTTP/1.1\r\nHost: y\r\n', 'http'],
    ['one with a long path', `0032git-x /${'p'.repeat(600)}`, 'http'],
    ['a handshake', '\x16\x03\x01\x02\x00\x01', 'tls'],
    ['an alert before it', '\x15\x03\x01\x00\x02\x01\x00', 'tls'],
    ['a greeting of SSL 2', '\x80\x2e\x01\x03\x01', 'tls'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n', 'other'],
    ['Git', '0033git-upload-pack /project.git\0host=x.test\0', 'other'],
    ['Redis', '*1\r\n$4\r\nPING\r\n', 'other'],
    ['PostgreSQL', '\0\0\0\x08\x04\xd2\x16\x2f', 'other'],
    ['noise', '\x00\x01\x02', 'other'],
    ['other noise', '\x9f\x01\x02', 'other'],
    ['the beginning of a method', 'GE', undefined],
    ['an empty line', '\r\n', undefined],
    ['the beginning of SSH', 'SSH-2.0-Open', undefined],
    ['the beginning of Git', '0032git-upload', undefined],
    ['the beginning of SSL 2', '\x80\x2e', undefined],
  ])('%s', (_what, text, as) => {
    expect(of(text)).toBe(as);
  });

  it.each(['\r\nPOST / HTTP/1.1\r\n', 'post / x', '\x80\x2e\x01\x03\x01', 'SSH-2.0-x / HTTP/1.1\r\n', '\x16\x03\x01'])(
    'is the same byte by byte: %j',
    (text) => {
      const first = [...text].map((_, at) => of(text.slice(0, at + 1))).find((what) => what !== undefined);
      expect(first).toBe(of(text));
    },
  );
});
