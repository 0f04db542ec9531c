/** Home of the sandbox's user; the image has it too (`image/Dockerfile`). */
export const HOME = '/home/ci';
/** Where archives are unpacked. */
export const PROJECT = `${HOME}/project`;
/** The certificate authorities of a sandbox that has some of its own. */
export const CA_FILE = `${HOME}/.config/ci/ca.pem`;
/** Our own programs in the image (`image/opt`), in its read-only root. */
export const OPT = '/opt/ci';
/**
 * Folders of HOME, and of any `node_modules`, in which an install keeps what it can make again: nothing is loaded from there. As
 * patterns of `find -path`.
 */
export const CACHES = [`${HOME}/.cache`, `${HOME}/.npm`, '*/node_modules/.cache'] as const;
