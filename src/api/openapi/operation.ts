import type { Parameter } from './parameters.js';
import type { SchemaName } from './schemas.js';

/** The answer of an operation with one of its status codes. */
export interface Answer {
  readonly description: string;
  /** Media type → the JSON's schema, or null for other content. */
  readonly content: Readonly<Record<string, SchemaName | null>>;
}

/** One operation of the API. Every operation may also answer with an `Error`. */
export interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly group: 'Jobs' | 'Package Hunter' | 'Service' | 'Pages';
  readonly summary: string;
  /** Whether it needs credentials, on a service that is not open. */
  readonly secured: boolean;
  readonly parameters?: readonly Parameter[];
  /** Media types of the request's body. */
  readonly body?: readonly string[];
  readonly answers: Readonly<Record<number, Answer>>;
}

/** An answer in JSON. */
export const json = (description: string, schema: SchemaName): Answer => ({
  description,
  content: { 'application/json': schema },
});
/** An answer in HTML. */
export const page = (description: string): Answer => ({ description, content: { 'text/html': null } });
