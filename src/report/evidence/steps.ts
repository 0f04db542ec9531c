import type { Guise } from '../guise.js';

/**
 * What a step of the worker is. `own`: a program of ours that runs no code of the project (tar, the listers); `fetch`: the
 * package manager resolves, downloads and unpacks, and no code of a package or of the project runs; `project-code`: the manager
 * fetches and runs hooks of the project on the way; `scripts`: the lifecycle scripts of one package; `load`: our program that
 * loads packages, each in a process of its own; `load-many`: the same, many to a process; `call`: our program that calls
 * what packages export, each in a process of its own; `canary`: the process whose alert proves that the sensor watches.
 */
export type StepKind = 'own' | 'fetch' | 'project-code' | 'scripts' | 'load' | 'load-many' | 'call' | 'canary';

/** What the worker started in a sandbox: everything that runs there belongs to one of these. */
export interface Step {
  /** Unguessable; the first argument of the step's first program (`confine step=ID …`). */
  readonly id: string;
  readonly kind: StepKind;
  /** Folder (`realPath`) of the package whose step it is; null where it is no package's. */
  readonly folder: string | null;
  /** Of `load-many`: the folders of the packages that each of its processes loads, in that order. */
  readonly groups?: readonly (readonly string[])[];
  /** Of `load` and `call`: what the marks of its loaders begin with (`acting-marks.ts`). No package is told. */
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
