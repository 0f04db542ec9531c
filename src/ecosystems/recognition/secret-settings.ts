/** Finds credentials in a line of a settings file: returns the name of the setting if there is one, otherwise null. */
export type SecretLine = (line: string) => string | null;

/** The credential finders by file name, e.g. `.npmrc`. */
export type SecretSettings = Readonly<Record<string, SecretLine>>;

const CREDENTIALS_IN_URL = /\/\/[^/\s@]+@/;

/** Whether a line contains a URL with a user or password. */
export function hasCredentials(line: string): boolean {
  return CREDENTIALS_IN_URL.test(line);
}
