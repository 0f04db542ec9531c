import { BlockList, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Addresses that are not on the public internet, according to the IANA special-purpose registries. IPv6 ranges that embed an IPv4 address
 * (mapped, NAT64, 6to4, Teredo) are listed as a whole, since no name needs them.
 */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/** Everything outside 2000::/3, the global unicast range, and the parts of it that are not global. */
const SPECIAL_V6 = ['::/3', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '4000::/2', '8000::/1'];

/**
 * Addresses that even an explicit entry of the operator may not lead to: link-local, multicast, unspecified, and the metadata services of
 * clouds.
 */
const NEVER_V4 = ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '100.100.100.200/32'];
const NEVER_V6 = ['::/128', 'fe80::/10', 'ff00::/8', 'fd00:ec2::/32', '::ffff:0:0/96', '64:ff9b::/96'];

// Separate lists per family: a single list would also match IPv4-mapped addresses.
const special = { ipv4: listOf(SPECIAL_V4, 'ipv4'), ipv6: listOf(SPECIAL_V6, 'ipv6') };
const never = { ipv4: listOf(NEVER_V4, 'ipv4'), ipv6: listOf(NEVER_V6, 'ipv6') };

function listOf(subnets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}

/** Whether `address` (a canonical IP address) is on the public internet and does not belong to this machine. */
export function isPublicAddress(address: string): boolean {
  const family = familyOf(address);
  return !special[family].check(address, family) && !isOwnAddress(address);
}

/** Whether no policy may permit `address`. */
export function isForbiddenAddress(address: string): boolean {
  const family = familyOf(address);
  return never[family].check(address, family);
}

function isOwnAddress(address: string): boolean {
  const own = new BlockList();
  for (const entries of Object.values(networkInterfaces())) {
    for (const entry of entries ?? []) own.addAddress(entry.address, entry.family === 'IPv4' ? 'ipv4' : 'ipv6');
  }
  return own.check(address, familyOf(address));
}
