import type { EgressEvidence } from '../../egress/evidence.js';
import type { EgressRecord } from '../../egress/record.js';
import type { FoldedAlert } from '../../falco/fold.js';
import { type Actors, attribute } from '../attribution/attribution.js';
import {
  dataInNames,
  type GatewayOrigin,
  leakedDecoy,
  permittedContact,
  refusedEgress,
} from '../findings/egress-findings.js';
import type { Contacts } from './contacts.js';
import { contactedHosts, perPackage } from './egress-askers.js';

/** What of the evidence the gateway told. */
interface GatewayEvidence extends Pick<EgressEvidence, 'egress' | 'leaks' | 'dataNames'>, GatewayOrigin {
  readonly contacts: Contacts;
}

/** What the gateway saw, as alerts: what was refused, what was carried out, and what was sent to permitted hosts. */
export function gatewaySeen(evidence: GatewayEvidence, actors: Actors): readonly FoldedAlert[] {
  const { egress, leaks, dataNames, contacts } = evidence;
  const refused = egress.filter((record) => !record.allowed);
  const origin = { ...evidence, contacted: contactedHosts(refused, contacts, actors) };
  const observations = [...leaks.map(leakedDecoy), ...dataNames.map(dataInNames), ...refused.map(refusedEgress)];
  const permitted = egress
    .filter(({ allowed }) => allowed)
    .map(passedOn)
    .filter(isTold);
  return [
    ...observations.flatMap((observation) => perPackage(observation, origin, actors)),
    ...permitted
      .flatMap((record) => perPackage(permittedContact(record), origin, actors))
      .filter((folded) => saysSomething(folded, actors)),
  ];
}

/** Of what could not be read, what went to its host nevertheless: the gateway itself ends the rest. */
function passedOn(record: EgressRecord): EgressRecord {
  return { ...record, unread: record.unread.filter(({ reason }) => reason === 'not-http' || reason === 'too-much') };
}

/** Of registries it is not told what they were asked for. */
function isTold({ tells = [], requests, requestsLeft, unread }: EgressRecord): boolean {
  return tells.length + requests.length + requestsLeft + unread.length > 0;
}

/** Nothing is reported for a package that requests a file from its own, permitted site, or if no package's code is involved. */
function saysSomething({ alert }: FoldedAlert, actors: Actors): boolean {
  const { 'egress.means': means, 'egress.own': own } = alert.fields;
  if (means === 'identity') return true;
  const isSomething = means === 'unknown' || (means === 'download' && own === 'false');
  return isSomething && attribute(alert, actors).package !== null;
}
