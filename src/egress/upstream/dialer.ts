import { lookup } from 'node:dns/promises';
import { isIP, isIPv4, type LookupFunction } from 'node:net';
import { EgressFailedError, EgressRefusedError } from '../errors.js';
import type { Reach } from '../policy.js';
import { isForbiddenAddress, isPublicAddress } from './address.js';

/** A resolved and checked address. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Resolves a name to all its addresses; rejects if there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** The host's own resolver, including its hosts file and search domains. */
export const resolveByHost: Resolve = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map((entry) => entry.address);
};

interface Cached {
  readonly addresses: Promise<readonly string[]>;
  readonly until: number;
}

const CACHE_MS = 30_000;
const CACHE_SIZE = 256;

/**
 * Resolves permitted hosts to addresses that may be dialled. The checked addresses are the ones that are dialled, so a name that changes
 * its address in between (DNS rebinding) gains nothing.
 */
export class Dialer {
  readonly #resolve: Resolve;
  readonly #maxLookups: number;
  readonly #now: () => number;
  readonly #cache = new Map<string, Cached>();
  #pending = 0;

  /** At most `maxLookups` names are resolved at the same time; further ones are refused. */
  constructor(resolve: Resolve, maxLookups: number, now: () => number) {
    this.#resolve = resolve;
    this.#maxLookups = maxLookups;
    this.#now = now;
  }

  /** @throws EgressRefusedError if any of the addresses is not permitted, EgressFailedError if there is none */
  async addresses(host: string, reach: Reach): Promise<readonly Address[]> {
    const found = isIP(host) === 0 ? await this.#lookup(host) : [host];
    // A forbidden address among permitted ones is an attack, not an accident.
    for (const address of found) check(host, address, reach);
    return found.map((address) => ({ address, family: isIPv4(address) ? 4 : 6 }));
  }

  #lookup(host: string): Promise<readonly string[]> {
    const now = this.#now();
    const known = this.#cache.get(host);
    if (known !== undefined && known.until > now) return known.addresses;
    if (this.#pending >= this.#maxLookups) {
      return Promise.reject(new EgressRefusedError('limit', 'too many names are being resolved at once'));
    }
    const addresses = this.#ask(host);
    if (this.#cache.size >= CACHE_SIZE) this.#cache.clear();
    this.#cache.set(host, { addresses, until: now + CACHE_MS });
    return addresses;
  }

  async #ask(host: string): Promise<readonly string[]> {
    this.#pending += 1;
    try {
      return await this.#resolve(host);
    } catch (cause) {
      this.#cache.delete(host);
      throw new EgressFailedError(`${host} does not resolve`, { cause });
    } finally {
      this.#pending -= 1;
    }
  }
}

function check(host: string, address: string, reach: Reach): void {
  const permitted = reach === 'named' ? !isForbiddenAddress(address) : isPublicAddress(address);
  if (!permitted) {
    throw new EgressRefusedError('forbidden-address', `${host} leads to ${address}, which is not a public address`);
  }
}

/** A `lookup` for `net.connect` that only returns the checked addresses. */
export function fixedLookup(addresses: readonly Address[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new EgressFailedError('no address'), '', 0);
    else if (options.all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}
