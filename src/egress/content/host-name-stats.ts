import type { Origin } from '../record.js';
import { classifyNames, type DataNames, EMPTY_TALLY, type NameTally, parentDomain, withName } from './data-names.js';

/** How many parent domains are tracked, and how many distinct names of each. */
const MAX_PARENTS = 256;
const MAX_NAMES = 256;
const MAX_CLIENT_PORTS = 16;

interface ParentStats {
  readonly parent: string;
  readonly via: Origin['via'];
  readonly names: Set<string>;
  readonly clientPorts: number[];
  readonly first: number;
  last: number;
  example: string;
  tally: NameTally;
}

/**
 * Statistics about the host names that one sandbox asked for, per parent domain and of bounded size. Even when the ledger runs out of rows,
 * what many names have in common is still visible here.
 */
export class HostNameStats {
  readonly #parents = new Map<string, ParentStats>();

  constructor(private readonly now: () => number) {}

  note(host: string, from: Origin): void {
    const stats = this.#statsOf(host, from);
    stats.last = this.now();
    const { clientPort } = from;
    if (clientPort !== undefined && stats.clientPorts.length < MAX_CLIENT_PORTS) stats.clientPorts.push(clientPort);
    if (stats.names.has(host)) return;
    if (stats.names.size < MAX_NAMES) stats.names.add(host);
    const before = stats.tally.payload;
    stats.tally = withName(stats.tally, host);
    if (before === 0 && stats.tally.payload > 0) stats.example = host;
  }

  dataNames(): readonly DataNames[] {
    return [...this.#parents.values()].flatMap((stats) => {
      const severity = classifyNames(stats.tally);
      if (severity === undefined) return [];
      const { parent, via, example, first, last } = stats;
      const { names, payload } = stats.tally;
      return [{ parent, via, example, names, payload, severity, first, last, clientPorts: [...stats.clientPorts] }];
    });
  }

  #statsOf(host: string, { via }: Origin): ParentStats {
    const parent = parentDomain(host);
    const key = `${via} ${parent}`;
    const known = this.#parents.get(key);
    if (known !== undefined) return known;
    if (this.#parents.size >= MAX_PARENTS) this.#makeRoom();
    const now = this.now();
    const stats: ParentStats = {
      parent,
      via,
      example: host,
      names: new Set(),
      clientPorts: [],
      first: now,
      last: now,
      tally: EMPTY_TALLY,
    };
    this.#parents.set(key, stats);
    return stats;
  }

  /** Drops the least suspicious parent, so that hundreds of harmless ones can't push out the one that matters. */
  #makeRoom(): void {
    let leastSuspicious: [string, ParentStats] | undefined;
    for (const entry of this.#parents) {
      if (leastSuspicious === undefined || entry[1].tally.payload < leastSuspicious[1].tally.payload)
        leastSuspicious = entry;
    }
    if (leastSuspicious !== undefined) this.#parents.delete(leastSuspicious[0]);
  }
}
