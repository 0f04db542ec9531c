/** Home of the sandbox's user, as in `image/Dockerfile`. */
export const HOME = '/home/ci';
/** Where archives are unpacked. */
export const PROJECT = `${HOME}/project`;
/** The certificate authorities of a sandbox. */
export const CA_FILE = `${HOME}/.config/ci/ca.pem`;
/** Our own programs in the image (`image/opt`), on its read-only root. */
export const OPT = '/opt/ci';
/**
 * Folders in HOME, and in any `node_modules`, with caches that an install can recreate: nothing is loaded from them. In the syntax of `find
 * -path`.
 */
export const CACHES = [`${HOME}/.cache`, `${HOME}/.npm`, '*/node_modules/.cache'] as const;
