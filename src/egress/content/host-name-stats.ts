import type { Asker } from '../record.js';
import { type DataNames, EMPTY_TALLY, judgeNames, type NameTally, parentDomain, tallied } from './data-names.js';

/** Parent domains that are kept apart, and names of one that are told apart. */
const MAX_PARENTS = 256;
const MAX_NAMES = 256;
const MAX_CLIENT_PORTS = 16;

interface ParentStats {
  readonly parent: string;
  readonly via: Asker['via'];
  readonly names: Set<string>;
  readonly clientPorts: number[];
  readonly first: number;
  last: number;
  example: string;
  tally: NameTally;
}

/**
 * The host names of one sandbox by parent domain, in bounded space. The ledger's rows may run out; what many names have in
 * common is still seen here.
 */
export class HostNameStats {
  readonly #pages = new Map<string, ParentStats>();

  constructor(private readonly now: () => number) {}

  note(host: string, from: Asker): void {
    const page = this.#page(host, from);
    page.last = this.now();
    const { clientPort } = from;
    if (clientPort !== undefined && page.clientPorts.length < MAX_CLIENT_PORTS) page.clientPorts.push(clientPort);
    if (page.names.has(host)) return;
    if (page.names.size < MAX_NAMES) page.names.add(host);
    const before = page.tally.payload;
    page.tally = tallied(page.tally, host);
    if (before === 0 && page.tally.payload > 0) page.example = host;
  }

  dataNames(): readonly DataNames[] {
    return [...this.#pages.values()].flatMap((page) => {
      const severity = judgeNames(page.tally);
      if (severity === undefined) return [];
      const { parent, via, example, first, last } = page;
      const { names, payload } = page.tally;
      return [{ parent, via, example, names, payload, severity, first, last, clientPorts: [...page.clientPorts] }];
    });
  }

  #page(host: string, { via }: Asker): ParentStats {
    const parent = parentDomain(host);
    const key = `${via} ${parent}`;
    const known = this.#pages.get(key);
    if (known !== undefined) return known;
    if (this.#pages.size >= MAX_PARENTS) this.#makeRoom();
    const now = this.now();
    const page: ParentStats = {
      parent,
      via,
      example: host,
      names: new Set(),
      clientPorts: [],
      first: now,
      last: now,
      tally: EMPTY_TALLY,
    };
    this.#pages.set(key, page);
    return page;
  }

  /** Drops a page that shows nothing: parents by the hundred must not push out the one that counts. */
  #makeRoom(): void {
    let fewest: [string, ParentStats] | undefined;
    for (const entry of this.#pages) {
      if (fewest === undefined || entry[1].tally.payload < fewest[1].tally.payload) fewest = entry;
    }
    if (fewest !== undefined) this.#pages.delete(fewest[0]);
  }
}
