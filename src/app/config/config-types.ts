import { z } from 'zod';
import { normalizeInstance } from '../../gitlab/instance.js';

export const MIB = 1024 * 1024;
/** A text that may be missing but not empty. */
export const optionalText = z.string().min(1).optional();
/** At most a year. */
export const seconds = (fallback: number) =>
  z.coerce
    .number()
    .int()
    .positive()
    .max(86_400 * 365)
    .default(fallback);
/** From 16 MiB to a pebibyte. */
export const bytes = (fallback: number) =>
  z.coerce
    .number()
    .int()
    .min(16 * MIB)
    .max(1024 ** 5)
    .default(fallback);

/** Like `bytes`, or 0 to turn the feature off. */
export const bytesOrNone = (fallback: number) =>
  z.union([z.literal(['0', 0]).transform(() => 0), bytes(fallback)]).default(fallback);

/** Keys and tokens can be intercepted on plain http, so it is allowed on the local machine only. */
export function isIssuer(address: string): boolean {
  if (normalizeInstance(address) === undefined) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

/** Comma-separated items. */
export const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
