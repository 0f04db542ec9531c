import type { InstalledPackage } from '../../../ecosystems/installed-package.js';
import type { EgressRecord } from '../../../egress/record.js';
import type { Alert } from '../../../falco/alert.js';
import type { FoldedAlert } from '../../../falco/fold.js';
import { type Actors, type Attribution, attribute } from '../../attribution/attribution.js';
import type { Sent } from '../../contact-meaning/meaning.js';
import type { Sites } from '../../contact-meaning/own-site.js';
import {
  assessedByContent,
  type GatewayObservation,
  type GatewayOrigin,
  toAlert,
} from '../../findings/detections/egress-findings.js';
import { notFromRegistry } from '../../scripts/provenance.js';
import type { Contacts } from './contacts.js';

/** The processes of one package, or those that can't be attributed, which contacted a host. */
interface Askers {
  readonly alerts: Alert[];
  /** The package whose code it was, and the one that owns the step. */
  readonly packages: readonly InstalledPackage[];
}

/** The refused hosts that were contacted, not only looked up; each entry is a package, in whose step, and a host. */
export type ContactedHosts = ReadonlySet<string>;

/** The refused hosts of all attempts that went beyond a DNS query for the name. */
export function contactedHosts(refused: readonly EgressRecord[], contacts: Contacts, actors: Actors): ContactedHosts {
  const spokenTo = refused.filter(({ via }) => via !== 'dns');
  return new Set(
    spokenTo.flatMap((record) => {
      const keys = contacts.of(record).map((alert) => keyOf(attribute(alert, actors), actors));
      return (keys.length === 0 ? [''] : keys).map((key) => `${key} ${record.host}`);
    }),
  );
}

/**
 * If two packages contact the same host, or one is a tool that runs in the steps of two, each gets a finding of its own, based on what it
 * sent itself. A package that contacts a host has looked up its address before, so its DNS query is not reported separately.
 */
export function perPackage(
  observation: GatewayObservation,
  {
    contacts,
    contacted,
    ...origin
  }: GatewayOrigin & { readonly contacts: Contacts; readonly contacted: ContactedHosts },
  actors: Actors,
): readonly FoldedAlert[] {
  const { via, host } = observation.asked;
  const isContacted = (key: string): boolean => via === 'dns' && contacted.has(`${key} ${host}`);
  const groups = new Map<string, Askers>();
  for (const alert of contacts.of(observation.asked)) {
    const attribution = attribute(alert, actors);
    const { by, owner } = attribution;
    const key = keyOf(attribution, actors);
    const group = groups.get(key) ?? { alerts: [], packages: [by, owner].filter((one) => one !== undefined) };
    group.alerts.push(alert);
    groups.set(key, group);
  }
  const { sent } = observation;
  const judged = (own: Sent | undefined, packages: readonly InstalledPackage[]): GatewayObservation =>
    own === undefined ? observation : assessedByContent(observation, own, sitesOf(packages, actors));
  if (groups.size === 0) {
    return sent && isContacted('') ? [] : [toAlert(judged(sent, []), undefined, observation.count, origin)];
  }
  const told = [...groups].filter(([key]) => sent === undefined || !isContacted(key));
  return told.map(([key, { alerts, packages }]) => {
    const count = groups.size === 1 ? observation.count : alerts.length;
    const own = sent && groups.size > 1 ? sentBy(sent, key, contacts, actors) : sent;
    return toAlert(judged(own, packages), alerts[0], count, origin);
  });
}

/**
 * Distinguishes who asked: the package whose code it was, and the package in whose step, because a tool downloads from the site of the
 * package that runs it. Empty if neither is known.
 */
function keyOf({ package: by, owner }: Attribution, { packages }: Actors): string {
  if (by === null) return '';
  return JSON.stringify([by.path, owner === undefined ? [] : packages.ref(owner).path]);
}

/** Requests that can't be attributed to a process count for every package. */
function sentBy(sent: Sent, key: string, contacts: Contacts, actors: Actors): Sent {
  const requests = sent.requests.filter(({ clientPorts }) => {
    const askers = clientPorts.flatMap((port) => contacts.behindPort(port) ?? []);
    return askers.length === 0 || askers.some((alert) => keyOf(attribute(alert, actors), actors) === key);
  });
  return { ...sent, requests };
}

/**
 * The sites of packages that a registry delivered, by their manifests and names. For other packages they are no evidence, because anyone
 * can write a manifest into a folder.
 */
function sitesOf(packages: readonly InstalledPackage[], { packages: index }: Actors): Sites {
  const delivered = packages.filter((pkg) => notFromRegistry(pkg, index, []) === undefined);
  return { addresses: delivered.flatMap(({ sites = [] }) => sites), names: delivered.map(({ name }) => name) };
}
