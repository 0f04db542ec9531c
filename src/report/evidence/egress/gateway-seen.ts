import type { EgressEvidence } from '../../../egress/evidence.js';
import type { EgressRecord } from '../../../egress/record.js';
import type { FoldedAlert } from '../../../falco/fold.js';
import { type Actors, attribute } from '../../attribution/attribution.js';
import {
  dataInNames,
  type GatewayOrigin,
  leakedDecoy,
  permittedContact,
  refusedEgress,
} from '../../findings/detections/egress-findings.js';
import type { Contacts } from './contacts.js';
import { contactedHosts, perPackage } from './egress-askers.js';
import { sentWithToken } from './token-shown.js';

/** The part of the evidence that the gateway recorded. */
interface GatewayEvidence extends Pick<EgressEvidence, 'egress' | 'leaks' | 'dataNames'>, GatewayOrigin {
  readonly contacts: Contacts;
}

/**
 * Alerts for what the gateway observed: refused attempts, decoys and data in host names on their way out, and what was sent to permitted
 * hosts.
 */
export function gatewaySeen(evidence: GatewayEvidence, actors: Actors): readonly FoldedAlert[] {
  const { egress, leaks, dataNames, contacts } = evidence;
  const refused = egress.filter((record) => !record.allowed);
  const origin = { ...evidence, contacted: contactedHosts(refused, contacts, actors) };
  const leaked = leaks.map((leak) => leakedDecoy(leak, sentWithToken(leak, egress)));
  const observations = [...leaked, ...dataNames.map(dataInNames), ...refused.map(refusedEgress)];
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

/** Keeps only the unreadable connections whose content was passed on to the host; the gateway itself closes all others. */
function passedOn(record: EgressRecord): EgressRecord {
  return { ...record, unread: record.unread.filter(({ reason }) => reason === 'not-http' || reason === 'too-much') };
}

/**
 * Whether the gateway recorded what was sent. It does not record requests for a registry's own documents and packages, so such contacts are
 * left out.
 */
function isTold({ tells = [], requests, requestsLeft, unread }: EgressRecord): boolean {
  return tells.length + requests.length + requestsLeft + unread.length > 0;
}

/**
 * A contact with a permitted host is reported if facts about the sandbox were sent, or if a package's code sent something unknown or
 * requested a file from a site that is not the package's own.
 */
function saysSomething({ alert }: FoldedAlert, actors: Actors): boolean {
  const { 'egress.means': means, 'egress.own': own } = alert.fields;
  if (means === 'identity') return true;
  const isSomething = means === 'unknown' || (means === 'download' && own === 'false');
  return isSomething && attribute(alert, actors).package !== null;
}
