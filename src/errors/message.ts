/**
 * What a caught value says: the message of an error, or the value as a string when something else was thrown.
 * For texts and log fields; hand the error itself on as `cause`.
 */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
