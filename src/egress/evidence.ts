import type { DataNames } from './content/data-names.js';
import type { EgressLeak } from './content/leak.js';
import type { EgressRecord } from './record.js';
import type { RegistryAsk } from './registry/asks.js';
import type { RegistryOutage } from './registry/outages.js';

/** What a gateway saw of its sandbox. */
export interface EgressEvidence {
  /** What was tried to reach. */
  readonly egress: readonly EgressRecord[];
  /** Planted secrets that were on their way out. */
  readonly leaks: readonly EgressLeak[];
  /** Host names that look like data. */
  readonly dataNames: readonly DataNames[];
  /** The packages that the registries were asked for. */
  readonly asks: readonly RegistryAsk[];
  /** What the registries were asked for and did not give. */
  readonly outages: readonly RegistryOutage[];
  /** Bodies of requests that were not looked into, or not to their end, because there was too much of them. */
  readonly unreadBodies: number;
}

/** Where there was no gateway. */
export const NOTHING_LEFT: EgressEvidence = {
  egress: [],
  leaks: [],
  dataNames: [],
  asks: [],
  outages: [],
  unreadBodies: 0,
};
