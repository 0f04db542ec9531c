import { z } from 'zod';
import { ApiError, type ApiErrorCode } from './errors.js';

/** How a word that is not known is refused. */
export interface Refusal {
  readonly status: 400 | 404;
  readonly code: ApiErrorCode;
  /** What the words are, e.g. `format`. */
  readonly what: string;
}

/** A parameter that has to be one of some words. A repeated one is a list, and refused like any other. @throws ApiError that names the words */
export function oneOf<T extends string>(value: unknown, known: readonly T[], { status, code, what }: Refusal): T {
  const word = z.enum(known).safeParse(value);
  if (word.success) return word.data;
  throw new ApiError(status, code, `unknown ${what}; known ones: ${known.join(', ')}`, { fields: { known } });
}
