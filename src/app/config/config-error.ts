/** The configuration is invalid. The message names each invalid variable and the reason. */
export class ConfigError extends Error {
  readonly code = 'config';
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ConfigError';
  }
}
