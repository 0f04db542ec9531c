/** A fake credential that stands in a sandbox. Whoever opens its file looks for credentials; whoever sends it has taken one. */
export interface DecoyFile {
  /** As a report names it, e.g. `SSH key`. */
  readonly name: string;
  /** Absolute path in the sandbox. */
  readonly path: string;
  readonly content: string;
  /** What of the content is found again when it leaves: unguessable, at least 16 characters each. */
  readonly secrets: readonly string[];
}

/** A fake credential in the environment of whatever runs in a sandbox. */
export interface DecoyVariable {
  /** As a report names it, e.g. `CI variable CI_JOB_TOKEN`. */
  readonly name: string;
  readonly variable: string;
  readonly value: string;
}

/** A fake credential that stands where the project itself says, and only where it says so. */
export interface DecoyToken {
  /** As a report names it. */
  readonly name: string;
  readonly value: string;
}

/** Everything planted for one job. No value is ever used for another. */
export interface Decoys {
  readonly files: readonly DecoyFile[];
  readonly variables: readonly DecoyVariable[];
  /** For whatever variable the settings of the project expect a credential in. */
  readonly settingsToken: DecoyToken;
}

/** A source of unguessable bytes. */
export type RandomBytes = (count: number) => Buffer;
