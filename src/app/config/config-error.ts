/** The configuration can't be used; the message names each variable and what is wrong with it. */
export class ConfigError extends Error {
  readonly code = 'config';
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ConfigError';
  }
}
