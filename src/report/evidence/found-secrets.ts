/** The rule names for planted secrets that were found in files and in output. */
export const KEPT_SECRET_RULE = 'Credential written to a file';
export const PRINTED_SECRET_RULE = 'Credential printed';
export const UNREADABLE_RULE = 'File that its owner may not read';
export const UNSEARCHED_RULE = 'Files not searched for credentials';

/** The fields of an alert that name the secret and its encoding. */
export const SECRET_FIELD = 'secret.decoy';
export const ENCODING_FIELD = 'secret.encoding';

/** A planted secret where it was found. */
interface FoundSecret {
  /** Name of the secret, never its value. */
  readonly secret: string;
  /** How it was encoded, from the inside out: `plain`, `base64 in gzip`, … */
  readonly encoding: string;
}

/** A planted secret in the content or the name of a file, or in the target of a link. */
export interface SecretInFile extends FoundSecret {
  readonly path: string;
}

/** A file that was new or had changed. */
export interface ChangedFile {
  readonly path: string;
  /** Folder (`realPath`) of the package, if only its scripts ran since the last search; null if several packages' code did. */
  readonly by: string | null;
  /** When the file was last searched without finding the secret, in milliseconds since the epoch; 0 if it was not. */
  readonly since: number;
  readonly at: number;
}

/** A planted secret in a file that was new or had changed. */
export interface KeptSecret extends SecretInFile, ChangedFile {}

/** A planted secret that a step printed. */
export interface PrintedSecret extends FoundSecret {
  /** The step's id. */
  readonly step: string;
  /** When the step ended, in milliseconds since the epoch. */
  readonly at: number;
}

/** The planted secrets in a sandbox that were found elsewhere than where they were planted. */
export interface FoundSecrets {
  readonly kept: readonly KeptSecret[];
  /** New or changed files that the user may not read, although they are his: nobody knows what is in them. */
  readonly unreadable: readonly ChangedFile[];
  readonly printed: readonly PrintedSecret[];
  /** How many new or changed files were not searched because they were too large together. */
  readonly unsearched: number;
}

/** For a job without a sandbox. */
export const NO_SECRETS: FoundSecrets = { kept: [], unreadable: [], printed: [], unsearched: 0 };

/** Layers that hide a value from whoever searches for it; compression and wide characters also come from honest programs. */
const HIDES = /base64|base32|hex|reverse|exclusive or|shifted|numbers|spread|pieces/;

/** Whether the value was made unrecognizable on purpose: what a CI system masks, and what scanners find, is the plain value. */
export function isHidden({ encoding }: Pick<SecretInFile, 'encoding'>): boolean {
  return HIDES.test(encoding);
}
