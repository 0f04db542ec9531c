/** Whether a caught value is an error with this `code`, such as `ENOENT` of Node's own. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
