import { GitlabError } from '../errors.js';
import { elementsOf } from './json-text.js';

/** The content of a request: documents as the bytes of each object, and other elements. */
export interface Delivery {
  readonly documents: readonly Buffer[];
  /** Elements of an array that are not objects. */
  readonly strays: readonly Buffer[];
}

const UTF8_BOM = '\ufeff';

/**
 * Parses a body as GitLab sends it: raw JSON with any content type, one event or an array. Only if it is not JSON and declared as a form,
 * it is parsed as one (some proxies encode bodies that they take for a form).
 *
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

/** The keys of the form are the documents, separated by `&`. Empty unless all of it is valid. */
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
