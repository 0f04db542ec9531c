import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { NetworkSettings } from '../../ecosystems/manager.js';
import type { SecretSearch } from '../../egress/content/secrets/secret-search.js';
import type { Gateway } from '../../egress/gateway.js';
import type { Ecosystem } from '../../jobs/job.js';
import type { Clock } from '../../jobs/ports.js';
import type { DecoyFile, DecoyToken } from '../decoys/decoy.js';
import type { JobNetwork } from '../host/network.js';
import type { SandboxLimits } from '../options.js';

/** Everything that a run owns. */
export interface DockerRunParts {
  readonly docker: Docker;
  readonly container: Docker.Container;
  readonly network: JobNetwork;
  readonly gateway: Gateway;
  /** Why the sandbox can reach services on this machine; null if it can't. */
  readonly hostProblem: string | null;
  /** The volume for HOME, if there is one. */
  readonly volume?: string;
  readonly limits: SandboxLimits;
  readonly decoys: readonly DecoyFile[];
  /** Finds the values of all decoys. */
  readonly search: SecretSearch;
  /** A value for credentials that the project's settings read from variables. */
  readonly settingsToken: DecoyToken;
  readonly ecosystem: Ecosystem;
  readonly networkSettings: NetworkSettings;
  readonly clock: Clock;
  readonly newStepId: () => string;
  /** Allows the sweep to remove what is left of the run. */
  readonly release: () => void;
  readonly log: Logger;
}
