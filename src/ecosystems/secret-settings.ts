/** Finds credentials in a settings file, line by line: the name of the setting when the line holds one, else null. */
export type SecretLine = (line: string) => string | null;

/** The secret settings of files by their name, e.g. `.npmrc`. */
export type SecretSettings = Readonly<Record<string, SecretLine>>;

const CREDENTIALS_IN_URL = /\/\/[^/\s@]+@/;

/** Whether a line holds an address with a user or password in it. */
export function hasCredentials(line: string): boolean {
  return CREDENTIALS_IN_URL.test(line);
}
