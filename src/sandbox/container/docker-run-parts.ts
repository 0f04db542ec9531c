import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { NetworkSettings } from '../../ecosystems/manager.js';
import type { Gateway } from '../../egress/gateway.js';
import type { Ecosystem } from '../../jobs/job.js';
import type { Clock } from '../../jobs/ports.js';
import type { DecoyFile, DecoyToken } from '../decoys/decoy.js';
import type { JobNetwork } from '../host/network.js';
import type { SandboxLimits } from '../options.js';

/** What a run owns from now on. */
export interface DockerRunParts {
  readonly docker: Docker;
  readonly container: Docker.Container;
  readonly network: JobNetwork;
  readonly gateway: Gateway;
  /** Why it can reach what listens on this machine; null when it can't. */
  readonly hostProblem: string | null;
  /** That HOME is on, if it is on one. */
  readonly volume?: string;
  readonly limits: SandboxLimits;
  readonly decoys: readonly DecoyFile[];
  /** The value of credentials that the project's settings expect in variables. */
  readonly settingsToken: DecoyToken;
  readonly ecosystem: Ecosystem;
  readonly networkSettings: NetworkSettings;
  readonly clock: Clock;
  readonly newStepId: () => string;
  /** From now on what is left of it may be swept. */
  readonly release: () => void;
  readonly log: Logger;
}
