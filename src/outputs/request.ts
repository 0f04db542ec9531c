import { OutputError } from './output.js';

/** A receiver that is slower holds up nothing but its own deliveries. */
const ANSWER_MS = 10_000;
const MAX_ANSWER = 4 * 1024 * 1024;

export interface OutputRequest {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Statuses beside 2xx that are an answer, too. */
  readonly also?: readonly number[];
}

/** Asks once. A receiver is named by its origin: an address may hold a secret. @throws OutputError for no answer, or another status */
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
    if (text.length > MAX_ANSWER) throw new Error('the answer has no end');
  }
  return text;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
