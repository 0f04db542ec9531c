import type { Parameter } from './parameters.js';
import type { SchemaName } from './schemas.js';

/** What an operation answers with one of its status codes. */
export interface Answer {
  readonly description: string;
  /** Media type → the shape of JSON, or null for what is none. */
  readonly content: Readonly<Record<string, SchemaName | null>>;
}

/** One thing a client can ask for. Every one may also be answered with an `Error`. */
export interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly group: 'Jobs' | 'Package Hunter' | 'Service' | 'Pages';
  readonly summary: string;
  /** Whether credentials are needed, where the service has any. */
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
/** An answer that is a page. */
export const page = (description: string): Answer => ({ description, content: { 'text/html': null } });
