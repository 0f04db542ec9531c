import type { Guise } from '../guise.js';

/**
 * The kinds of steps that the worker starts. `own`: a program of ours that runs no code of the project (tar, the listers); `fetch`: the
 * package manager resolves, downloads and unpacks, and no code of a package or of the project runs; `project-code`: the package manager
 * fetches and also runs hooks of the project; `scripts`: the lifecycle scripts of one package; `load`: our program that loads packages,
 * each in a process of its own; `load-many`: the same with many packages per process; `call`: our program that calls the exports of
 * packages, each package in a process of its own; `canary`: the process whose alert proves that the sensor works.
 */
export type StepKind = 'own' | 'fetch' | 'project-code' | 'scripts' | 'load' | 'load-many' | 'call' | 'canary';

/** A command that the worker started in a sandbox: every process there belongs to one. */
export interface Step {
  /** Not guessable; the first argument of the step's first program (`confine step=ID …`). */
  readonly id: string;
  readonly kind: StepKind;
  /** Folder (`realPath`) of the package that owns the step; null if no single package does. */
  readonly folder: string | null;
  /** For `load-many`: the folders of the packages that each of its processes loads, in order. */
  readonly groups?: readonly (readonly string[])[];
  /** For `load` and `call`: the secret in the marks of the loaders (`acting-marks.ts`). It is not disclosed to any package. */
  readonly secret?: string;
  /** Absent in the first pass. */
  readonly guise?: Guise;
}

/** The steps of one sandbox. */
export class Steps {
  readonly #byId = new Map<string, Step>();

  add(step: Step): void {
    this.#byId.set(step.id, step);
  }

  get(id: string): Step | undefined {
    return this.#byId.get(id);
  }
}
