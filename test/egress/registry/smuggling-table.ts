/** A try to make two programs read a message's end differently. */
export interface Try {
  readonly what: string;
  /** What a program in the sandbox writes on one connection to the registry. */
  readonly bytes: string;
  /** The statuses that it is answered with before the connection is closed. */
  readonly answers: readonly number[];
  /** The request lines that the registry may see. */
  readonly asked: readonly string[];
}

const HOST = 'Host: npm.corp.test';
const GOOD = `GET /npm/left-pad HTTP/1.1\r\n${HOST}\r\nConnection: close\r\n\r\n`;
const EVIL = 'PUT /npm/evil HTTP/1.1\r\nHost: npm.corp.test\r\nContent-Length: 500\r\n\r\n';
const ASKED = 'GET /npm/left-pad HTTP/1.1';
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
/** A GET of the package, with these lines in its head and these bytes behind it. */
const get = (lines: readonly string[], behind = ''): string =>
  [`GET /npm/left-pad HTTP/1.1`, HOST, ...lines, '', behind].join('\r\n');

const refused = (what: string, bytes: string, status = 400): Try => ({ what, bytes, answers: [status], asked: [] });
/** It is passed on as an ordinary question. */
const passed = (what: string, bytes: string): Try => ({ what, bytes, answers: [200], asked: [ASKED] });

const BODIES: readonly Try[] = [
  refused('a chunked body with a request in it', get(['Transfer-Encoding: chunked'], chunk(EVIL) + GOOD)),
  refused('a body of a stated length with a request in it', get([`Content-Length: ${EVIL.length}`], EVIL + GOOD)),
  refused('a chunked body that never ends', get(['Transfer-Encoding: chunked'], `ffff\r\n${EVIL}`)),
  refused('a chunked body of nothing', get(['Transfer-Encoding: chunked'], `0\r\n\r\n${GOOD}`)),
  refused('trailers', get(['Transfer-Encoding: chunked', 'Trailer: X-T'], `0\r\nX-T: ${EVIL}\r\n\r\n`)),
  refused('trailers that frame', get(['Transfer-Encoding: chunked'], `0\r\nContent-Length: 500\r\n\r\n${EVIL}`)),
  refused('a chunk with an extension', get(['Transfer-Encoding: chunked'], `1;x="\r\n${EVIL}"\r\nx\r\n0\r\n\r\n`)),
  refused('a body with HEAD', get(['Content-Length: 3'], 'PUT').replace('GET', 'HEAD')),
  passed('a length of nothing', get(['Content-Length: 0', 'Connection: close'])),
];

const CONTRADICTIONS: readonly Try[] = [
  refused('CL.TE', get(['Content-Length: 6', 'Transfer-Encoding: chunked'], `0\r\n\r\n${EVIL}`)),
  refused('TE.CL', get(['Transfer-Encoding: chunked', 'Content-Length: 4'], chunk(EVIL))),
  refused('TE.TE', get(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], chunk(EVIL))),
  refused('TE.TE in one line', get(['Transfer-Encoding: chunked, identity'], chunk(EVIL))),
  refused('an encoding nobody knows', get(['Transfer-Encoding: xchunked'], chunk(EVIL))),
  refused('an encoding in other letters', get(['TRANSFER-ENCODING: CHUNKED'], chunk(EVIL))),
  refused('a space before the colon', get(['Transfer-Encoding : chunked'], chunk(EVIL))),
  refused('a tab before the value', get(['Transfer-Encoding:\tchunked'], chunk(EVIL))),
  refused('a vertical tab before the value', get(['Transfer-Encoding:\x0bchunked'], chunk(EVIL))),
  refused('a space before the name', get([' Transfer-Encoding: chunked'], chunk(EVIL))),
  refused('two lengths', get(['Content-Length: 0', `Content-Length: ${EVIL.length}`], EVIL)),
  refused('two lengths in one line', get([`Content-Length: 0, ${EVIL.length}`], EVIL)),
  refused('a signed length', get(['Content-Length: +5'], EVIL)),
  refused('a hexadecimal length', get(['Content-Length: 0x5'], EVIL)),
  refused('a negative length', get(['Content-Length: -1'], EVIL)),
  refused('a length of many digits', get([`Content-Length: ${'9'.repeat(40)}`], EVIL)),
];

const LINES: readonly Try[] = [
  refused('bare line feeds', `GET /npm/left-pad HTTP/1.1\n${HOST}\n\n${EVIL}`),
  refused('a bare line feed within a value', get(['X: a\nTransfer-Encoding: chunked'], chunk(EVIL))),
  refused('a bare carriage return', get(['X: a\rTransfer-Encoding: chunked'], chunk(EVIL))),
  refused('a NUL', get(['X: a\0b'])),
  refused('a folded encoding', get(['Transfer-Encoding:', ' chunked'], chunk(EVIL))),
  refused('a folded length', get(['Content-Length:', ' 5'], EVIL)),
  refused('a name with a space', get(['Content Length: 5'], EVIL)),
  refused('no name', get([': 5'], EVIL)),
  refused('a line without a colon', get(['Content-Length'], EVIL)),
  refused('no Host', 'GET /npm/left-pad HTTP/1.1\r\n\r\n'),
  refused('a second request in the path', `GET /npm/left-pad HTTP/1.1 ${EVIL}`),
];

const TARGETS: readonly Try[] = [
  refused('an absolute address elsewhere', get([]).replace('/npm', 'http://evil.invalid/npm')),
  refused('an absolute address of the registry', get([]).replace('/npm', 'https://npm.corp.test/npm')),
  refused('an asterisk', get([]).replace('/npm/left-pad', '*')),
  refused('an authority', get([]).replace('/npm/left-pad', 'npm.corp.test:443')),
  refused('another Host', get([]).replace(HOST, 'Host: evil.invalid'), 421),
];

const METHODS: readonly Try[] = [
  ...['PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE', 'SEARCH', 'LINK'].map((method) =>
    refused(method, get([]).replace('GET', method), 405),
  ),
  refused('CONNECT', `CONNECT npm.corp.test:443 HTTP/1.1\r\n${HOST}\r\n\r\n${EVIL}`, 405),
  refused('a method in small letters', get([]).replace('GET', 'get')),
  refused('a method nobody knows', get([]).replace('GET', 'GETS')),
  refused('HTTP/0.9', `GET /npm/left-pad\r\n\r\n${EVIL}`),
  refused('HTTP/2', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${EVIL}`),
];

const CONNECTION: readonly Try[] = [
  { what: 'two questions at once', bytes: get([]) + GOOD, answers: [200, 200], asked: [ASKED, ASKED] },
  { what: 'a question with an upload behind it', bytes: get([]) + EVIL, answers: [200, 405], asked: [ASKED] },
  { what: 'an upload with a question behind it', bytes: EVIL + GOOD, answers: [405], asked: [] },
  refused(
    'an upgrade to a websocket',
    get(['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: eA=='], EVIL),
  ),
  refused(
    'an upgrade to HTTP/2',
    get(['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AA'], GOOD),
  ),
  refused('an expectation', get(['Expect: 100-continue', `Content-Length: ${EVIL.length}`], EVIL + GOOD), 417),
  refused('an expectation of less than what comes', get(['Expect: 100-continue', 'Content-Length: 5'], EVIL)),
  refused('an expectation and nothing else', get(['Expect: 100-continue']), 417),
  refused('an expectation nobody knows', get(['Expect: 200-ok']), 417),
  passed('headers that the connection is said to own', get(['Connection: close, authorization, host, user-agent'])),
  passed('what a proxy says to another', get(['Connection: close', 'Proxy-Connection: keep-alive', 'Keep-Alive: 9'])),
  passed('trailers announced', get(['Connection: close', 'TE: trailers', 'Trailer: authorization'])),
  passed(
    'another request that this one stands for',
    get(['Connection: close', 'X-HTTP-Method-Override: PUT', 'X-Original-URL: /npm/evil', 'Sudo: root']),
  ),
];

/** Each ends in an answer or a closed connection, and the registry sees only what was asked for in so many words. */
export const TRIES: readonly Try[] = [...BODIES, ...CONTRADICTIONS, ...LINES, ...TARGETS, ...METHODS, ...CONNECTION];
