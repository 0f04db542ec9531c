import { BlockList, isIPv4 } from 'node:net';
import type { Alert } from '../../../falco/alert.js';
import type { FoldedAlert } from '../../../falco/fold.js';
import { OUTBOUND_RULE } from './direct-attempts.js';

/** The address ranges in which gateways of sandboxes can be: the rule for direct attempts permits the gateway's ports there. */
const privateRanges = new BlockList();
privateRanges.addSubnet('10.0.0.0', 8);
privateRanges.addSubnet('172.16.0.0', 12);
privateRanges.addSubnet('192.168.0.0', 16);

/**
 * Alerts for packets to a gateway's port at an address other than this sandbox's gateway: to the gateway of another job, or to the
 * surrounding network. No rule can distinguish them, because every sandbox has a gateway with another address. They count as direct
 * attempts.
 */
export function strayContacts(contacts: Iterable<FoldedAlert>, gateway: string): readonly FoldedAlert[] {
  const folds = new Map<string, FoldedAlert>();
  for (const { alert: contact, count, first, last } of contacts) {
    const peer = peerOf(contact.fields['fd.name']);
    if (peer === undefined || peer.address === gateway || !privateRanges.check(peer.address)) continue;
    const key = `${contact.fields['proc.pid']} ${peer.address} ${peer.port}`;
    const known = folds.get(key);
    folds.set(key, {
      alert: known?.alert ?? asDirectAttempt(contact, peer),
      count: (known?.count ?? 0) + count,
      first: known?.first ?? first,
      last,
    });
  }
  return [...folds.values()];
}

interface Peer {
  readonly address: string;
  readonly port: string;
}

/** `172.18.0.2:40000->172.19.0.1:3128` → 172.19.0.1, 3128 */
function peerOf(connection: string | undefined): Peer | undefined {
  const match = /->([\d.]+):(\d+)$/.exec(connection ?? '');
  if (match?.[1] === undefined || match[2] === undefined || !isIPv4(match[1])) return undefined;
  return { address: match[1], port: match[2] };
}

function asDirectAttempt(contact: Alert, { address, port }: Peer): Alert {
  return {
    ...contact,
    rule: OUTBOUND_RULE,
    priority: 'WARNING',
    output: `Direct outbound connection to another gateway (connection=${contact.fields['fd.name']} command=${contact.fields['proc.cmdline']})`,
    fields: { ...contact.fields, 'fd.sip': address, 'fd.sport': port },
    tags: ['packwarden', 'network', 'sends', 'B21'],
  };
}
