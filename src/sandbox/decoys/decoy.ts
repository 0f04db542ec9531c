import type { PlantedSecret } from '../../egress/content/secrets/secret-matcher.js';

/** A fake credential in a sandbox. A process that opens the file is looking for credentials; one that sends the content has stolen them. */
export interface DecoyFile {
  /** The name in a report, e.g. `SSH key`. */
  readonly name: string;
  /** Absolute path in the sandbox. */
  readonly path: string;
  readonly content: string;
  /** The parts of the content that are searched for in outgoing data: random, at least 16 characters each. */
  readonly secrets: readonly string[];
}

/** A fake credential in the environment of the sandbox's processes. */
export interface DecoyVariable {
  /** The name in a report, e.g. `CI variable CI_JOB_TOKEN`. */
  readonly name: string;
  readonly variable: string;
  readonly value: string;
}

/** A fake credential that is only used where the project's own settings refer to one. */
export interface DecoyToken {
  /** The name in a report. */
  readonly name: string;
  readonly value: string;
}

/** Everything planted for one job. Each value is used only once. */
export interface Decoys {
  readonly files: readonly DecoyFile[];
  readonly variables: readonly DecoyVariable[];
  /** The value for every variable from which the project's settings read a credential. */
  readonly settingsToken: DecoyToken;
}

/** A source of random bytes. */
export type RandomBytes = (count: number) => Buffer;

/** The values that are searched for in outgoing data, in files and in output, each with its decoy's name. */
export function secretsOf({ files, variables, settingsToken }: Decoys): readonly PlantedSecret[] {
  const inFiles = files.flatMap(({ name, secrets }) => secrets.map((value) => ({ name, value })));
  return [...inFiles, ...variables, settingsToken];
}
