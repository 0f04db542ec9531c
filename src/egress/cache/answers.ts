import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Download, decoded, type Head, type Requester } from './download.js';
import { DownloadError, type DownloadErrorCode, NoRoomError } from './errors.js';
import { keptHeaders } from './lifetime.js';
import type { CacheAnswer, CacheQuestion } from './port.js';
import type { Entry } from './store.js';

const STATUS: Readonly<Record<DownloadErrorCode, number>> = {
  unreachable: 502,
  unavailable: 503,
  slow: 504,
  changed: 502,
  'too-large': 502,
  abandoned: 502,
};
/** What the answer says about the registry; its name is put in front. */
const FAULT: Readonly<Record<DownloadErrorCode, string>> = {
  unreachable: 'could not be reached, or closed the connection',
  unavailable: 'answered with errors (429 or 5xx)',
  slow: 'did not answer in time',
  changed: 'sent something else each time',
  'too-large': 'answered with too much',
  abandoned: 'could not be reached, or closed the connection',
};
/** Seconds. Clients that honour it don't mistake a registry that has recovered for an unavailable one. */
const RETRY_AFTER = '5';

/** The headers of an answer that is served from an entry. */
export function headersOf({ headers, size, confirmed }: Entry, now: number): Record<string, string> {
  const age = Math.max(0, Math.floor((now - confirmed) / 1000));
  return { ...headers, 'content-length': String(size), age: String(age) };
}

/** The gateway's own answer when a registry could not be reached. */
export function failureAnswer(error: unknown): CacheAnswer {
  const { code, message } = error instanceof DownloadError ? error : { code: 'unreachable' as const, message: '' };
  const again = code === 'unavailable' ? { 'retry-after': RETRY_AFTER } : {};
  const body = Readable.from([Buffer.from(`proxy: ${message || 'the registry does not answer'}\n`)]);
  return { status: STATUS[code], headers: { 'content-type': 'text/plain', ...again }, body, fault: FAULT[code] };
}

/** Serves a download to a client that waits for it. `release` is called when the body is closed. */
export function answerBy(
  download: Download,
  head: Head,
  question: CacheQuestion,
  requester: Requester,
  release: () => void,
): CacheAnswer {
  const body = new PassThrough();
  body.once('close', release);
  pipeline(bytesFor(download, question, requester), body).catch(() => undefined);
  return { status: head.status, headers: headersForClient(head), body };
}

/** If the spool has no room for the download, each waiting client fetches the remaining bytes itself. */
async function* bytesFor({ spool }: Download, question: CacheQuestion, requester: Requester): AsyncGenerator<Buffer> {
  let at = 0;
  try {
    for await (const chunk of spool.read()) {
      at += chunk.length;
      yield chunk;
    }
    return;
  } catch (error) {
    if (!(error instanceof NoRoomError)) throw error;
  }
  const answer = await requester.ask(question, requester.signal);
  try {
    let seen = 0;
    for await (const chunk of decoded(answer).body as AsyncIterable<Buffer>) {
      const rest = seen < at ? await spool.beyond(chunk, seen) : chunk;
      seen += chunk.length;
      if (rest.length > 0) yield rest;
    }
    if (seen < at) throw new DownloadError('changed', 'the registry sent less when it was asked again');
  } finally {
    answer.destroy();
  }
}

/** Headers passed on for answers that are not cached. Connection-specific headers and cookies never reach a client. */
function headersForClient({ headers }: Head): Record<string, string> {
  const { location, vary } = headers;
  const { 'content-length': length, 'content-encoding': coding, 'www-authenticate': login } = headers;
  const more = { location, vary, 'content-length': length, 'content-encoding': coding, 'www-authenticate': login };
  const present = Object.entries(more).filter((each): each is [string, string] => each[1] !== undefined);
  return { ...keptHeaders(headers), ...Object.fromEntries(present) };
}
