import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf } from '../../errors/message.js';

/** An invalid command line: exit code 2. */
export class UsageError extends Error {
  readonly code = 'usage';
  /** `help` is the command that prints the right usage. */
  constructor(
    message: string,
    readonly help: string,
    options?: { readonly cause: unknown },
  ) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** A command of `packwarden`; it gets the arguments that follow its name. */
export interface Command {
  /** Resolves with the exit code. @throws UsageError */
  run(argv: readonly string[]): Promise<number>;
}

/** `util.parseArgs`, but with our error. @throws UsageError */
export function readArgs<T extends ParseArgsConfig>(
  command: string,
  argv: readonly string[],
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs<T>({ ...config, args: [...argv] });
  } catch (error) {
    const message = messageOf(error);
    throw new UsageError(message, `packwarden ${command} --help`);
  }
}
