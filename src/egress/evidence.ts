import type { DataNames } from './content/data-names.js';
import type { EgressLeak } from './content/leak.js';
import type { EgressRecord } from './record.js';
import type { RegistryAsk } from './registry/asks.js';
import type { RegistryOutage } from './registry/outages.js';

/** Everything a gateway observed about its sandbox. */
export interface EgressEvidence {
  /** The destinations that the sandbox tried to reach. */
  readonly egress: readonly EgressRecord[];
  /** Planted secrets that the sandbox tried to send. */
  readonly leaks: readonly EgressLeak[];
  /** Host names that look like encoded data. */
  readonly dataNames: readonly DataNames[];
  /** Packages that were requested from the registries. */
  readonly asks: readonly RegistryAsk[];
  /** Requests that a registry failed to answer. */
  readonly outages: readonly RegistryOutage[];
  /** Request bodies that were not inspected, or not completely, because of the size limit. */
  readonly unreadBodies: number;
}

/** Used when a job runs without a gateway. */
export const NO_EGRESS: EgressEvidence = {
  egress: [],
  leaks: [],
  dataNames: [],
  asks: [],
  outages: [],
  unreadBodies: 0,
};
