import { z } from 'zod';

/** npm's limit; other registries have shorter names. */
const MOST = 214;

/**
 * A valid package name: `left-pad`, `@scope/name`. Registries differ in what they allow, so this only refuses what is not a name in
 * any of them: control and format characters, more slashes than a scope needs, `.` and `..`.
 */
export const packageNameSchema = z
  .string()
  .max(MOST)
  .regex(/^(?:@[^\p{C}/\\]+\/)?[^\p{C}/\\]+$/u)
  .refine((name) => !name.split('/').some((part) => part === '.' || part === '..'));

/** Whether packages of this name are stored and have a page. Needed because a package can give itself any name. */
export function isPackageName(name: string): boolean {
  return packageNameSchema.safeParse(name).success;
}
