import { BlockList, isIP, isIPv4 } from 'node:net';

/** The kind of the actor's address (RFC 6890): only `public` ones have a location. */
export type AddressClass = 'public' | 'private' | 'loopback' | 'link-local' | 'cgnat' | 'reserved';

const NETWORKS = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
  cgnat: ['100.64.0.0/10'],
  reserved: [
    '0.0.0.0/8',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/3',
    '::/128',
    '100::/64',
    '2001:db8::/32',
    'ff00::/8',
  ],
} as const satisfies Record<Exclude<AddressClass, 'public'>, readonly string[]>;

const LISTS = (Object.entries(NETWORKS) as [Exclude<AddressClass, 'public'>, readonly string[]][]).map(
  ([name, networks]): [AddressClass, BlockList] => {
    const list = new BlockList();
    for (const network of networks) {
      const [address = '', bits = ''] = network.split('/');
      list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
    }
    return [name, list];
  },
);

/** `address`: a valid IPv4 or IPv6 address. */
export function classify(address: string): AddressClass {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  return LISTS.find(([, list]) => list.check(address, family))?.[0] ?? 'public';
}

/**
 * The addresses in GitLab's field for the actor's address: usually one, sometimes a proxy's list with blanks, ports or brackets.
 * Normalized; invalid ones are omitted.
 */
export function hopsOf(text: string): readonly string[] {
  return text
    .split(',', 16)
    .map((hop) => canonical(hop.trim()))
    .filter((hop) => hop !== undefined);
}

/** The right-most public hop: it was seen by the nearest proxy, while those before it may be forged by the client. Otherwise the first. */
export function actorAddress(hops: readonly string[]): string | undefined {
  return hops.findLast((hop) => classify(hop) === 'public') ?? hops[0];
}

/** Normalizes an address from a socket or an event; undefined if it is invalid. */
export function canonical(text: string): string | undefined {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
  const family = isIP(mapped);
  if (family === 0) return undefined;
  if (family === 4) return mapped;
  const [address = ''] = mapped.split('%');
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
