import type { BodyKind, EgressRequest, UnreadContact } from '../../../egress/content/request.js';
import { size } from '../../text/size.js';

/** How many characters of a body are shown in a line. */
const LINE_BODY = 200;
const LINE_PATH = 200;

const KINDS: Readonly<Record<BodyKind, string>> = {
  none: '',
  json: 'JSON',
  form: 'form data',
  multipart: 'multipart data',
  text: 'text',
  binary: 'binary data',
  unread: 'data that could not be read',
};

const UNREAD: Readonly<Record<UnreadContact['reason'], string>> = {
  'certificate-not-trusted': 'the program did not trust the certificate, so what it would have sent is not known',
  'handshake-failed': 'the TLS handshake was not completed',
  'nothing-asked': 'TLS was established, but nothing was requested',
  'other-name': 'the handshake named another host than the tunnel',
  'not-http': 'neither TLS nor HTTP was used',
  'bad-certificate': 'the certificate of the host is not trusted',
  unfinished: 'a body did not end in time',
  'too-much': 'a body was too large to be read completely, or in an unsupported encoding',
};

/** One request as a line of text: what was sent, and the status of the answer. Its content was chosen by the program. */
export function sentLine(request: Omit<EgressRequest, 'at' | 'headers' | 'headerValues' | 'clientPorts'>): string {
  const { method, path, bodyBytes, bodyKind, body, status, tells, count } = request;
  const what = bodyBytes === 0 ? '' : `, ${size(bodyBytes)} of ${KINDS[bodyKind]}`;
  const told = tells.length === 0 ? '' : `, with ${tells.join(', ')}`;
  const content = body === '' ? '' : `: ${body.slice(0, LINE_BODY)}`;
  const answer = status === null ? 'no answer' : `answered ${status}`;
  return `${method} ${path.slice(0, LINE_PATH)}${count > 1 ? ` ×${count}` : ''} (${answer}${what}${told})${content}`;
}

/** Why some connections could not be read, or not completely. */
export function unreadLine({ reason, serverName, count }: UnreadContact): string {
  return `${UNREAD[reason]}${serverName === null ? '' : ` (${serverName})`}${count > 1 ? ` ×${count}` : ''}`;
}

/** The request that reveals most: one that contains facts about the sandbox, else one with a body, else one with a query. */
export function mostTelling(requests: readonly EgressRequest[]): EgressRequest | undefined {
  const rank = ({ tells, bodyBytes, path }: EgressRequest): number =>
    (tells.length > 0 ? 4 : 0) + (bodyBytes > 0 ? 2 : 0) + (path.includes('?') ? 1 : 0);
  return requests.toSorted((a, b) => rank(b) - rank(a))[0];
}
