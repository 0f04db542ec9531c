import { z } from 'zod';
import { ApiError, type ApiErrorCode } from './errors.js';

/** How an unknown word is refused. */
export interface Refusal {
  readonly status: 400 | 404;
  readonly code: ApiErrorCode;
  /** What the words stand for, e.g. `format`. */
  readonly what: string;
}

/** Parses a parameter that must be one of some words. If it was sent twice its value is a list, and refused. @throws ApiError that lists the words */
export function oneOf<T extends string>(value: unknown, known: readonly T[], { status, code, what }: Refusal): T {
  const word = z.enum(known).safeParse(value);
  if (word.success) return word.data;
  throw new ApiError(status, code, `unknown ${what}; known ones: ${known.join(', ')}`, { fields: { known } });
}
