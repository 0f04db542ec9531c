import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A command line that can't be understood: exit code 2. */
export class UsageError extends Error {
  readonly code = 'usage';
  /** `help` is the command that shows how it is meant. */
  constructor(
    message: string,
    readonly help: string,
    options?: { readonly cause: unknown },
  ) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** A command of `packwarden`: what it does with the arguments behind its name. */
export interface Command {
  /** Resolves with the exit code. @throws UsageError */
  run(argv: readonly string[]): Promise<number>;
}

/** `util.parseArgs` with our error. @throws UsageError */
export function readArgs<T extends ParseArgsConfig>(
  command: string,
  argv: readonly string[],
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs<T>({ ...config, args: [...argv] });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message, `packwarden ${command} --help`);
  }
}
