import { GitlabError } from '../errors.js';
import { elementsOf } from './json-text.js';

/** What one request brought: the documents, each an object's bytes, and what was not one. */
export interface Delivery {
  readonly documents: readonly Buffer[];
  /** Elements of an array that are no objects. */
  readonly strays: readonly Buffer[];
}

const UTF8_BOM = '\ufeff';

/**
 * Reads a body as GitLab sends it: raw JSON under whatever content type, one event or an array of them. Only what is no
 * JSON and is labelled a form is tried as one (some proxies encode what they take for a form).
 * @throws GitlabError `not-audit-events`
 */
export function readBody(body: Buffer, contentType: string): Delivery {
  const text = body.toString('utf8');
  const start = text.startsWith(UTF8_BOM) ? 1 : 0;
  const value = parse(start === 0 ? text : text.slice(start));
  if (value !== undefined) return deliveryOf(value, text, body);
  const form = contentType.toLowerCase().startsWith('application/x-www-form-urlencoded') ? readForm(text) : [];
  if (form.length === 0) throw new GitlabError('not-audit-events', 'the body is not JSON');
  return { documents: form.map((document) => Buffer.from(document)), strays: [] };
}

function deliveryOf(value: unknown, text: string, body: Buffer): Delivery {
  if (isObject(value)) return { documents: [body], strays: [] };
  if (!Array.isArray(value))
    throw new GitlabError('not-audit-events', 'the body is neither an event nor an array of events');
  const slices = elementsOf(text);
  const documents: Buffer[] = [];
  const strays: Buffer[] = [];
  for (const [index, slice] of slices.entries()) {
    const bytes = Buffer.from(slice);
    if (isObject(value[index])) documents.push(bytes);
    else strays.push(bytes);
  }
  return { documents, strays };
}

/** The keys of a form are the documents, `&` stands between them. Empty unless all of it can be read. */
function readForm(text: string): readonly string[] {
  const documents: string[] = [];
  for (const part of text.split('&')) {
    const key = part.endsWith('=') ? part.slice(0, -1) : part;
    const decoded = decode(key.replaceAll('+', ' ').trim());
    if (decoded === undefined || !isObject(parse(decoded))) return [];
    documents.push(decoded);
  }
  return documents;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
