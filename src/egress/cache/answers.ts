import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Asker, type Download, decoded, type Head } from './download.js';
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
/** What is said of the registry, behind its name. */
const FAULT: Readonly<Record<DownloadErrorCode, string>> = {
  unreachable: 'could not be reached, or broke off',
  unavailable: 'answered with errors (429 or 5xx)',
  slow: 'did not answer in time',
  changed: 'gave something else each time',
  'too-large': 'answered with too much',
  abandoned: 'could not be reached, or broke off',
};
/** Seconds: a client that keeps to it does not take a registry that is back for one that is away. */
const RETRY_AFTER = '5';

/** What is said of an entry beside its bytes. */
export function headersOf({ headers, size, confirmed }: Entry, now: number): Record<string, string> {
  const age = Math.max(0, Math.floor((now - confirmed) / 1000));
  return { ...headers, 'content-length': String(size), age: String(age) };
}

/** In the gateway's name, where a registry gives no answer. */
export function sorry(error: unknown): CacheAnswer {
  const { code, message } = error instanceof DownloadError ? error : { code: 'unreachable' as const, message: '' };
  const again = code === 'unavailable' ? { 'retry-after': RETRY_AFTER } : {};
  const body = Readable.from([Buffer.from(`proxy: ${message || 'the registry gives no answer'}\n`)]);
  return { status: STATUS[code], headers: { 'content-type': 'text/plain', ...again }, body, fault: FAULT[code] };
}

/** A download as the answer to one who waits for it. `letGo` is called when its body is closed. */
export function answerBy(
  download: Download,
  head: Head,
  question: CacheQuestion,
  asker: Asker,
  letGo: () => void,
): CacheAnswer {
  const body = new PassThrough();
  body.once('close', letGo);
  pipeline(bytesFor(download, question, asker), body).catch(() => undefined);
  return { status: head.status, headers: passedOn(head), body };
}

/** Where there is no room for the download, each who waits for it gets the rest by a download of its own. */
async function* bytesFor({ spool }: Download, question: CacheQuestion, asker: Asker): AsyncGenerator<Buffer> {
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
  const answer = await asker.ask(question, asker.signal);
  try {
    let seen = 0;
    for await (const chunk of decoded(answer).body as AsyncIterable<Buffer>) {
      const rest = seen < at ? await spool.beyond(chunk, seen) : chunk;
      seen += chunk.length;
      if (rest.length > 0) yield rest;
    }
    if (seen < at) throw new DownloadError('changed', 'the registry gave less when it was asked again');
  } finally {
    answer.destroy();
  }
}

/** Of what is not kept, too, nothing of the registry's connection reaches a client, and no cookie. */
function passedOn({ headers }: Head): Record<string, string> {
  const { location, vary } = headers;
  const { 'content-length': length, 'content-encoding': coding, 'www-authenticate': login } = headers;
  const more = { location, vary, 'content-length': length, 'content-encoding': coding, 'www-authenticate': login };
  const present = Object.entries(more).filter((each): each is [string, string] => each[1] !== undefined);
  return { ...keptHeaders(headers), ...Object.fromEntries(present) };
}
