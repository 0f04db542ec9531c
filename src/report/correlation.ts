import type { Priority } from '../falco/alert.js';
import { isAtLeast } from '../falco/alert.js';
import type { Finding, FindingPart } from './report.js';
import { subjectOf } from './subject.js';

/** The rule names under which what belongs together is reported. */
export const CORRELATED = {
  severalKinds: 'Credentials of several kinds read',
  readThenSent: 'Credentials read, then sent',
  downloadedAndRun: 'Downloaded, made executable and run',
  reconnaissance: 'Host reconnaissance',
} as const;

/** How many different questions about the host are more than a build asks. */
const MANY_QUESTIONS = 3;
/** How many parts a finding names at most. */
const SHOWN_PARTS = 20;

/**
 * Puts together what one package did: each alone may be honest, together they are not. A pure function of the findings and
 * observations of a report. The rules say by a tag what they are a step of: `credentials`, `sends`, `downloads`, `chmods`,
 * `runs`, `recon`; rules of a user's own may too. Findings without a package are left alone: they may be several packages'.
 */
export function correlate(all: readonly Finding[]): readonly Finding[] {
  return [...byPackage(all).values()].flatMap((own) => {
    const inTime = [...own].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
    return [severalKinds(inTime), readThenSent(inTime), downloadedAndRun(inTime), reconnaissance(inTime)].filter(
      (found) => found !== undefined,
    );
  });
}

function byPackage(all: readonly Finding[]): ReadonlyMap<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of all) {
    if (finding.package === null) continue;
    const key = JSON.stringify([finding.package.name, finding.package.version, finding.package.path]);
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return groups;
}

const has = (finding: Finding, tag: string): boolean => finding.tags.includes(tag);
/** A refused host is an attempt to send; a known package's known host is not. */
const sends = (finding: Finding): boolean =>
  finding.known === undefined && (has(finding, 'sends') || finding.alert.source === 'EGRESS');

/** Two rules' worth of credentials: no library looks for both. One that is only an observation does not count. */
function severalKinds(own: readonly Finding[]): Finding | undefined {
  const reads = own.filter((finding) => has(finding, 'credentials') && isAtLeast(finding.priority, 'WARNING'));
  if (new Set(reads.map(({ rule }) => rule)).size < 2) return undefined;
  return together(CORRELATED.severalKinds, 'CRITICAL', reads);
}

/** Here an observation counts: a library that looks for .env is honest until it calls somebody. */
function readThenSent(own: readonly Finding[]): Finding | undefined {
  const reads = own.filter((finding) => has(finding, 'credentials'));
  const earliest = reads[0];
  const sent = own.filter((finding) => sends(finding) && earliest !== undefined && finding.last >= earliest.first);
  if (sent.length === 0) return undefined;
  return together(CORRELATED.readThenSent, 'CRITICAL', [...reads, ...sent]);
}

function downloadedAndRun(own: readonly Finding[]): Finding | undefined {
  const download = own.find((finding) => has(finding, 'downloads') || finding.alert.source === 'EGRESS');
  const chmod = own.find((finding) => has(finding, 'chmods') && download && finding.last >= download.first);
  const run = own.find((finding) => has(finding, 'runs') && chmod && finding.last >= chmod.first);
  if (!download || !chmod || !run) return undefined;
  return together(CORRELATED.downloadedAndRun, 'CRITICAL', [download, chmod, run]);
}

function reconnaissance(own: readonly Finding[]): Finding | undefined {
  const questions = own.filter((finding) => has(finding, 'recon'));
  const tools = new Set(questions.map(({ alert }) => alert.output_fields['proc.cmdline']?.split(' ')[0]));
  if (tools.size < MANY_QUESTIONS) return undefined;
  return together(CORRELATED.reconnaissance, 'WARNING', questions);
}

/** The last part lends its process and package; `parts` must not be empty. */
function together(rule: string, priority: Priority, parts: readonly Finding[]): Finding {
  const inTime = [...new Set(parts)].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const last = inTime.at(-1) as Finding;
  const named: FindingPart[] = inTime
    .slice(0, SHOWN_PARTS)
    .map((part) => ({ rule: part.rule, first: part.first, subject: subjectOf(part) }));
  const story = named.map((part) => (part.subject === '' ? part.rule : `${part.rule}: ${part.subject}`)).join('; ');
  const tags = ['packwarden', 'correlated', ...new Set(inTime.flatMap((part) => part.tags.filter(isBehaviour)))];
  const { output_fields: fields } = last.alert;
  const kept = Object.entries(fields).filter(([name]) => name.startsWith('proc.') || name === 'container.id');
  return {
    rule,
    priority,
    tags,
    count: 1,
    first: (inTime[0] as Finding).first,
    last: inTime.map((part) => part.last).reduce((a, b) => (a > b ? a : b)),
    phase: last.phase,
    package: last.package,
    decoy: inTime.find((part) => part.decoy !== null)?.decoy ?? null,
    processes: last.processes,
    parts: named,
    alert: {
      ...last.alert,
      priority,
      source: 'CORRELATION',
      rule,
      output: `${rule} (${story})`,
      output_fields: Object.fromEntries(kept),
      tags,
    },
  };
}

/** `B5`, `mitre_…`, `T1552.001`: what a rule says of the attack. */
function isBehaviour(tag: string): boolean {
  return /^(B\d+|mitre_\w+|T\d{4}(\.\d{3})?)$/.test(tag);
}
