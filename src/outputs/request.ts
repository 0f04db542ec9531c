import { messageOf } from '../errors/message.js';
import { OutputError } from './output.js';

/** A slow receiver only delays its own deliveries. */
const ANSWER_MS = 10_000;
const MAX_ANSWER = 4 * 1024 * 1024;

export interface OutputRequest {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Statuses in addition to 2xx that count as success. */
  readonly also?: readonly number[];
}

/**
 * Sends one request. Messages only contain the receiver's origin, since the URL may contain a secret. @throws OutputError without an
 * answer, or for another status
 */
export async function ask(
  url: string,
  request: OutputRequest,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  const { method = 'POST', headers = {}, body, also = [] } = request;
  const where = new URL(url).origin;
  let status: number;
  let text: string;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const answer = await fetch(url, {
      method,
      headers,
      redirect: 'error',
      signal: limit,
      ...(body !== undefined && { body }),
    });
    status = answer.status;
    text = await textOf(answer);
  } catch (cause) {
    throw new OutputError(`${where} does not answer: ${reasonOf(cause)}`, { cause });
  }
  if ((status >= 200 && status < 300) || also.includes(status)) return { status, text };
  throw new OutputError(`${where} answers ${status}`);
}

async function textOf(answer: Response): Promise<string> {
  let text = '';
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.length > MAX_ANSWER) throw new Error('the answer is too large');
  }
  return text;
}

function reasonOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error);
}
