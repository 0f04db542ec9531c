import type { Priority } from '../../../falco/alert.js';
import { isAtLeast } from '../../../falco/alert.js';
import { REGISTRY_ASK_RULE } from '../../evidence/registry/registry-asks.js';
import type { Finding, FindingPart } from '../../finding.js';
import { packageKey } from '../../spec.js';
import { CALLED_WITH_NONSENSE } from '../lowering/lowered.js';
import { subjectOf } from '../subject.js';
import { LEAK_RULE, PERMITTED_CONTACT_RULE } from './egress-findings.js';
import { failedLookups } from './failed-lookups.js';

/** The rule names under which combinations of a package's findings and observations are reported. */
export const CORRELATED = {
  severalKinds: 'Credentials of several kinds read',
  readThenSent: 'Credentials read, then sent',
  downloadedAndRun: 'Downloaded, made executable and run',
  reconnaissance: 'Host reconnaissance',
  lookedOver: 'Sandbox looked over',
  processes: 'Processes looked over',
  home: 'Home folder looked through',
} as const;

/** How many different questions about the host are more than a build asks. */
const MANY_QUESTIONS = 3;
/** Honest libraries check in one way whether they run in a container; this many ways are suspicious. */
const MANY_PROBES = 3;
/** Honest libraries look at their parent process and its parent; this many processes are suspicious. */
const MANY_PROCESSES = 4;
const PROCESS_RULE = 'Command line of another process read';
/** How many parts a finding names at most. */
const SHOWN_PARTS = 20;

/**
 * Combines what one package did: each step may be honest by itself, but together they are not. A pure function of the findings
 * and observations of a report. A tag of the rule says which step it is: `credentials`, `sends`, `downloads`, `chmods`, `runs`,
 * `recon`, `probes`; rules that a user adds can have these tags too. Findings without a package are not combined, because they
 * may have been caused by different packages.
 */
export function correlate(all: readonly Finding[]): readonly Finding[] {
  const first = correlated(all.filter(({ guise }) => guise === undefined));
  const known = new Set(first.map(keyOf));
  // The later pass repeats most of the first one, so what was already combined in the first pass is not reported again.
  return [...first, ...correlated(all).filter((finding) => !known.has(keyOf(finding)))];
}

function keyOf({ rule, package: by }: Finding): string {
  return JSON.stringify([rule, by?.name, by?.version, by?.path]);
}

function correlated(all: readonly Finding[]): readonly Finding[] {
  return [...byPackage(all).values()].flatMap((own) => {
    const inTime = [...own].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
    const found = [
      severalKinds,
      readThenSent,
      downloadedAndRun,
      reconnaissance,
      lookedOver,
      processesLookedOver,
      homeLookedThrough,
    ].map((look) => look(inTime));
    return found.filter((finding) => finding !== undefined);
  });
}

function byPackage(all: readonly Finding[]): ReadonlyMap<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of all) {
    if (finding.package === null) continue;
    const key = packageKey(finding.package);
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return groups;
}

const has = (finding: Finding, tag: string): boolean => finding.tags.includes(tag);
/**
 * Whether a finding can be data leaving the sandbox. A refused contact counts, because it was an attempt. A contact that is known
 * to be honest for the package does not count, nor does a request that sends no data. A contact that was measured as usual still
 * counts unless it only sent telemetry, because content that could not be read may be anything.
 */
export function sends(finding: Finding): boolean {
  if (!has(finding, 'sends') && !isOutside(finding)) return false;
  const means = finding.alert.output_fields['egress.means'];
  if (means === 'download' && finding.rule !== LEAK_RULE) return false;
  if (finding.measured !== undefined) return means !== 'telemetry';
  if (finding.known !== CALLED_WITH_NONSENSE) return finding.known === undefined;
  // A function called with meaningless arguments may connect to anything, so this counts only if it was seen to send something.
  return (finding.alert.output_fields['egress.sent'] ?? '') !== '';
}
/** Contacts outside of the install itself. Package managers ask the registry for packages, and read their credentials each time they do. */
const isOutside = ({ alert, rule }: Finding): boolean => alert.source === 'EGRESS' && rule !== REGISTRY_ASK_RULE;

/**
 * Credentials matched by two different rules: no library looks for both. At least one of the reads must be WARNING or more
 * severe; others that were lowered count only if they were measured as usual for the package.
 */
function severalKinds(own: readonly Finding[]): Finding | undefined {
  const isHeavy = ({ priority }: Finding): boolean => isAtLeast(priority, 'WARNING');
  const reads = own.filter((read) => has(read, 'credentials') && (isHeavy(read) || read.measured !== undefined));
  if (!reads.some(isHeavy) || new Set(reads.map(({ rule }) => rule)).size < 2) return undefined;
  return together(CORRELATED.severalKinds, 'CRITICAL', reads);
}

/**
 * Here lowered reads count too: a library that looks for `.env` is honest until it contacts a host. For a function that was
 * called with meaningless arguments only reads of a decoy count, because it looks for its settings whatever it was called for.
 */
function readThenSent(own: readonly Finding[]): Finding | undefined {
  const reads = own.filter(
    (finding) => has(finding, 'credentials') && (finding.known !== CALLED_WITH_NONSENSE || finding.decoy !== null),
  );
  const earliest = reads[0];
  const sent = own.filter((finding) => sends(finding) && earliest !== undefined && finding.last >= earliest.first);
  if (sent.length === 0) return undefined;
  return together(CORRELATED.readThenSent, 'CRITICAL', [...reads, ...sent]);
}

/**
 * A permitted contact counts only as a download from a host that is neither the package's own nor known for it. A refused contact
 * counts only together with a chmod, because it delivers at most the gateway's own answer.
 */
function downloadedAndRun(own: readonly Finding[]): Finding | undefined {
  const download = own.find((finding) => has(finding, 'downloads') || (isOutside(finding) && !isPermitted(finding)));
  const chmod = own.find((finding) => has(finding, 'chmods') && download && finding.last >= download.first);
  const run = own.find((finding) => has(finding, 'runs') && chmod && finding.last >= chmod.first);
  if (download && chmod && run) return together(CORRELATED.downloadedAndRun, 'CRITICAL', [download, chmod, run]);
  // A script that an interpreter runs does not have to be made executable first.
  const foreign = own.find(isForeignDownload);
  const started = own.find((finding) => has(finding, 'runs') && foreign && finding.last >= foreign.first);
  return foreign && started ? together(CORRELATED.downloadedAndRun, 'CRITICAL', [foreign, started]) : undefined;
}

const isPermitted = ({ rule }: Finding): boolean => rule === PERMITTED_CONTACT_RULE;

/** A download from a permitted host that is neither the package's own site nor known to be honest for it. */
function isForeignDownload(finding: Finding): boolean {
  const { 'egress.means': means, 'egress.own': isOwn } = finding.alert.output_fields;
  return isPermitted(finding) && means === 'download' && isOwn === 'false' && finding.known === undefined;
}

function reconnaissance(own: readonly Finding[]): Finding | undefined {
  const questions = own.filter((finding) => has(finding, 'recon'));
  const tools = new Set(questions.map(({ alert }) => alert.output_fields['proc.cmdline']?.split(' ')[0]));
  if (tools.size < MANY_QUESTIONS) return undefined;
  return together(CORRELATED.reconnaissance, 'WARNING', questions);
}

/** The place that a probe looked at, so that several files of one place count only once. */
const PROBED_PLACES: readonly (readonly [RegExp, string])[] = [
  [/^\/(\.dockerenv|run\/\.containerenv)$/, "a container's mark"],
  [/^\/proc\/1\//, 'the first process'],
  [/^\/sys\/(class|devices\/virtual)\/dmi\/|^\/sys\/hypervisor\//, 'the hardware'],
  [/^\/proc\/(self|thread-self|\d+)\/(task\/\d+\/)?status$/, 'the debugger'],
];

/** Only in the install phase: a package that is loaded can contain several libraries, each with such a check. */
function lookedOver(own: readonly Finding[]): Finding | undefined {
  const probes = own.filter((finding) => has(finding, 'probes') && finding.phase === 'install');
  if (new Set(probes.map(probedPlace)).size < MANY_PROBES) return undefined;
  return together(CORRELATED.lookedOver, 'WARNING', probes);
}

/** A program that looks through all processes is waiting for a certain one to start or to end. */
function processesLookedOver(own: readonly Finding[]): Finding | undefined {
  const numberOf = ({ alert }: Finding): string => alert.output_fields['fd.name']?.split('/')[2] ?? '';
  const reads = own.filter(
    (one) => one.rule === PROCESS_RULE && numberOf(one) !== one.alert.output_fields['proc.vpid'],
  );
  const numbers = new Set(reads.map(numberOf));
  return numbers.size < MANY_PROCESSES ? undefined : together(CORRELATED.processes, 'WARNING', reads);
}

function homeLookedThrough(own: readonly Finding[]): Finding | undefined {
  const looks = failedLookups(own);
  return looks && together(CORRELATED.home, 'WARNING', looks);
}

function probedPlace({ rule, alert }: Finding): string {
  const file = alert.output_fields['fd.name'] ?? '';
  return PROBED_PLACES.find(([pattern]) => pattern.test(file))?.[1] ?? rule;
}

/** The combined finding takes its process and package from the last part; `parts` must not be empty. */
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

/** `B5`, `mitre_…`, `T1552.001`: the tags of a rule that classify the attack. */
function isBehaviour(tag: string): boolean {
  return /^(B\d+|mitre_\w+|T\d{4}(\.\d{3})?)$/.test(tag);
}
