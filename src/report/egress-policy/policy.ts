import { isIP } from 'node:net';
import { isAtLeast } from '../../falco/alert.js';
import type { EgressPolicy, EgressRule } from '../evidence/egress/egress-schema.js';
import type { Finding } from '../finding.js';
import { REFUSED_EGRESS_RULE } from '../findings/detections/egress-findings.js';
import type { Report } from '../report.js';
import { specOf } from '../spec.js';
import { prefixesOf } from './prefixes.js';

type Row = Report['egress'][number];

/** The parts of a report that determine the allow list. */
interface Judged {
  readonly egress: readonly Row[];
  readonly findings: readonly Finding[];
  readonly observations: readonly Finding[];
}

const MAX_RULES = 200;
/** Host names that are safe to write into a list for other programs. */
const NAME = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
const ASKING: readonly string[] = ['GET', 'HEAD'];

/**
 * The hosts that the honest part of a run needed: permitted ones without a finding, and refused ones from which a package only
 * requested files on its own site (or that somebody accepted). Only host names are listed, because an IP address does not show
 * who owns it.
 */
export function egressPolicyOf(judged: Judged): EgressPolicy {
  const rules = new Map<string, EgressRule>();
  for (const row of judged.egress) {
    if (!isConnection(row) || !(row.allowed ? isHonestContact(row, judged) : isHonestDownload(row, judged))) continue;
    const rule = ruleOf(row);
    const known = rules.get(`${row.host} ${row.port}`);
    rules.set(`${row.host} ${row.port}`, known === undefined ? rule : joined(known, rule));
  }
  const sorted = [...rules.values()].sort((a, b) => (a.host === b.host ? a.port - b.port : a.host < b.host ? -1 : 1));
  const left = sorted.length - MAX_RULES;
  return { rules: sorted.slice(0, MAX_RULES), ...(left > 0 ? { left } : {}) };
}

function isConnection(row: Row): row is Row & { readonly port: number } {
  const { via, port, host } = row;
  return (via === 'proxy' || via === 'transparent') && port !== null && NAME.test(host) && isIP(host) === 0;
}

/**
 * A permitted host is left out if a finding is about it, or if something about the sandbox was sent to it. A host without any
 * recorded requests is a registry and always stays, because only what an install needs can be requested from it.
 */
function isHonestContact(row: Row, { findings }: Judged): boolean {
  const { requests = [], requestsLeft = 0, unread = [] } = row;
  if (requests.length + requestsLeft + unread.length === 0) return true;
  return requests.every(({ tells }) => tells.length === 0) && !findings.some((finding) => isAbout(finding, row));
}

/** A refused host is listed only if all observations and requests for it are honest. */
function isHonestDownload(row: Row, { findings, observations }: Judged): boolean {
  const { requests = [] } = row;
  if (requests.length === 0 || findings.some((finding) => isAbout(finding, row))) return false;
  const told = observations.filter((one) => one.rule === REFUSED_EGRESS_RULE && isAbout(one, row));
  return told.length > 0 && told.every(isDownload) && requests.every(({ method }) => ASKING.includes(method));
}

/** Whether a finding is about this host and port. For a host name that carries data, it names the parent domain without a port. */
function isAbout({ alert: { output_fields: fields } }: Finding, { host, port }: Row): boolean {
  const named = fields['egress.host'] ?? '';
  if (named !== '' && fields['egress.port'] === undefined && host.endsWith(`.${named}`)) return true;
  return named === host && (fields['egress.port'] ?? String(port)) === String(port);
}

function isDownload({ priority, accepted, alert }: Finding): boolean {
  const isLowered = !isAtLeast(priority, 'WARNING') || accepted !== undefined;
  return isLowered && alert.output_fields['egress.means'] === 'download';
}

/**
 * Requests to a registry are not recorded, because they are only for its many documents and packages. Without HTTP, there are no
 * methods.
 */
function ruleOf({
  host,
  port,
  requests = [],
  requestsLeft = 0,
  unread = [],
  package: by,
}: Row & { readonly port: number }): EgressRule {
  const isOther = unread.some(({ reason }) => reason === 'not-http');
  const methods = requests.length > 0 ? requests.map(({ method }) => method) : isOther ? [] : ASKING;
  const paths = requests.map(({ path }) => path);
  return {
    host,
    port,
    methods: [...new Set(methods.filter((method) => /^[A-Z]{3,20}$/.test(method)))].sort(),
    pathPrefixes: isOther && requests.length === 0 ? [] : requestsLeft > 0 ? ['/'] : prefixesOf(paths),
    packages: by === null ? [] : [specOf(by)],
  };
}

function joined(one: EgressRule, other: EgressRule): EgressRule {
  const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])].sort();
  return {
    ...one,
    methods: union(one.methods, other.methods),
    pathPrefixes: prefixesOf([...one.pathPrefixes, ...other.pathPrefixes]),
    packages: union(one.packages, other.packages),
  };
}
