import { isIP } from 'node:net';
import { isAtLeast } from '../../falco/alert.js';
import type { EgressPolicy, EgressRule } from '../evidence/egress-schema.js';
import type { Finding } from '../finding.js';
import { REFUSED_EGRESS_RULE } from '../findings/egress-findings.js';
import type { Report } from '../report.js';
import { specOf } from '../spec.js';
import { prefixesOf } from './prefixes.js';

type Row = Report['egress'][number];

/** What of a report an allow list is made of. */
interface Judged {
  readonly egress: readonly Row[];
  readonly findings: readonly Finding[];
  readonly observations: readonly Finding[];
}

const MAX_RULES = 200;
/** What a name may be written as in a list that others read. */
const NAME = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
const ASKING: readonly string[] = ['GET', 'HEAD'];

/**
 * What the honest part of a run needed: whatever was permitted, and, of what was refused, files that a package asked for at its own site (or at
 * a place that somebody accepted) and nothing else there was a finding. Names alone: an address is nobody's.
 */
export function egressPolicyOf(judged: Judged): EgressPolicy {
  const rules = new Map<string, EgressRule>();
  for (const row of judged.egress) {
    if (!isConnection(row) || !(row.allowed || isHonestDownload(row, judged))) continue;
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

/** A refused host is named only where everything that is told of it is honest. */
function isHonestDownload({ host, port, requests = [] }: Row, { findings, observations }: Judged): boolean {
  const isOf = ({ alert: { output_fields: fields } }: Finding): boolean =>
    fields['egress.host'] === host && (fields['egress.port'] ?? String(port)) === String(port);
  if (requests.length === 0 || findings.some(isOf)) return false;
  const told = observations.filter((one) => one.rule === REFUSED_EGRESS_RULE && isOf(one));
  return told.length > 0 && told.every(isDownload) && requests.every(({ method }) => ASKING.includes(method));
}

function isDownload({ priority, accepted, alert }: Finding): boolean {
  const isLowered = !isAtLeast(priority, 'WARNING') || accepted !== undefined;
  return isLowered && alert.output_fields['egress.means'] === 'download';
}

/** Of a registry it is not told what was asked: documents and packages, of which it has many. What spoke no HTTP has no methods. */
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
