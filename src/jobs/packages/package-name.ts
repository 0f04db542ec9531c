import { z } from 'zod';

/** npm's own limit; other registries' names are shorter. */
const MOST = 214;

/**
 * A name that can be asked for: `left-pad`, `@scope/name`. Registries differ in what they allow, so this refuses only what would be no
 * single name anywhere: control and format characters, more slashes than a scope has, folders.
 */
export const packageNameSchema = z
  .string()
  .max(MOST)
  .regex(/^(?:@[^\p{C}/\\]+\/)?[^\p{C}/\\]+$/u)
  .refine((name) => !name.split('/').some((part) => part === '.' || part === '..'));

/** Whether packages of this name are kept and have a page: who delivers a package may call it anything. */
export function isPackageName(name: string): boolean {
  return packageNameSchema.safeParse(name).success;
}
