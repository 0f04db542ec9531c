import { isManagerSettings } from '../../ecosystems/image-programs.js';
import { isAtLeast } from '../../falco/alert.js';
import { type Behaviours, NOTHING_MEASURED } from '../behaviours/usual.js';
import { LEFT_RUNNING_RULE } from '../evidence/left-running.js';
import { touchedFiles } from '../evidence/touched-files.js';
import type { Finding, PackageRef } from '../finding.js';
import { asksAboutProgram } from '../findings/asked-about-itself.js';
import { sends } from '../findings/correlation.js';
import { REFUSED_EGRESS_RULE } from '../findings/egress-findings.js';
import { CREDENTIALS, OUTSIDE_RULE } from '../findings/lowered.js';
import { TOOL_STORE_RULE } from '../findings/tool-stores.js';
import { packageKey } from '../spec.js';
import { isOwnFolder } from './own-folder.js';

const REMOVED_RULE = 'Files of the home folder removed';
const DETACHED_RULE = 'Process detached itself';
/** What is honest in a folder of one's own. */
const OF_OWN_FOLDERS: ReadonlySet<string> = new Set([OUTSIDE_RULE, REMOVED_RULE, TOOL_STORE_RULE]);

/** A finding among all that its package did. */
interface Case {
  readonly finding: Finding;
  readonly all: readonly Finding[];
  readonly installed: Installed;
}

/** What is known of the packages that are installed. */
export interface Installed {
  readonly names: ReadonlySet<string>;
  /** Whether it is what a registry delivered under its name. */
  isFromRegistry(pkg: PackageRef): boolean;
  /** Whether everything installed under that name is. */
  isNameOfRegistry(name: string): boolean;
  /** Whether the import was stopped: then not everybody was loaded alone, and the run is called unfinished whatever it shows. */
  readonly isImportStopped: boolean;
}

/** One way in which something is less than its rule says; `holds` says why, in words. */
interface Reason {
  readonly rule: (finding: Finding) => boolean;
  readonly holds: (found: Case) => string | undefined;
}

/**
 * Why a finding is only an observation, by what else its package did and did not do. Each says what must be absent, so that more evidence
 * never makes a finding less. Only of packages that a registry delivered: anybody can call a folder of a project what they like.
 */
const REASONS: readonly Reason[] = [
  { rule: ({ rule }) => OF_OWN_FOLDERS.has(rule), holds: keepsOwnSettings },
  { rule: ({ tags }) => tags.includes(CREDENTIALS), holds: looksUpSettings },
  { rule: ({ rule }) => rule === REFUSED_EGRESS_RULE, holds: asksOwnSite },
];

/** These are judged by what is left of the others. */
const LAST_REASONS: readonly Reason[] = [{ rule: ({ rule }) => rule === DETACHED_RULE, holds: onlyDetached }];

/**
 * Lowers what is honest by all that is known of the package, and what is `usual` of it. A pure function of the findings; their order does
 * not matter.
 */
export function weigh(
  findings: readonly Finding[],
  installed: Installed,
  usual: Behaviours = NOTHING_MEASURED,
): readonly Finding[] {
  const weighed = lowered(lowered(findings, REASONS, installed), LAST_REASONS, installed);
  return weighed.map((finding) => loweredByUse(finding, installed, usual));
}

/** Last, and by the finding alone: that something is usual says nothing about anything else. */
function loweredByUse(finding: Finding, installed: Installed, behaviours: Behaviours): Finding {
  const usual = behaviours.usual(finding, (pkg) => installed.isFromRegistry(pkg));
  if (usual === undefined) return finding;
  const { words, ...measured } = usual;
  return { ...finding, priority: 'NOTICE', known: words, measured };
}

function lowered(findings: readonly Finding[], reasons: readonly Reason[], installed: Installed): readonly Finding[] {
  const byPackage = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = keyOf(finding.package);
    const known = byPackage.get(key);
    if (known === undefined) byPackage.set(key, [finding]);
    else known.push(finding);
  }
  return findings.map((finding) => {
    if (!isAtLeast(finding.priority, 'WARNING')) return finding;
    if (finding.package === null) return loweredAmong(finding, findings, reasons, installed);
    const all = byPackage.get(keyOf(finding.package)) ?? [];
    const reason = reasons.find(({ rule }) => rule(finding))?.holds({ finding, all, installed });
    if (reason === undefined || !installed.isFromRegistry(finding.package)) return finding;
    return { ...finding, priority: 'NOTICE', known: reason, weighed: true };
  });
}

/** One of many packages did it, in a process that had loaded them: as little as it would be if the one did it whose folder it is. */
function loweredAmong(
  finding: Finding,
  findings: readonly Finding[],
  reasons: readonly Reason[],
  installed: Installed,
): Finding {
  if (finding.among === undefined || reasons !== REASONS) return finding;
  if (looksUpUnfinished(finding, findings, installed)) {
    const known = 'one of many that were loaded together looks for its settings; there was no time to load each alone';
    return { ...finding, priority: 'NOTICE', known, weighed: true };
  }
  if (!OF_OWN_FOLDERS.has(finding.rule)) return finding;
  const files = touchedFiles({ fields: finding.alert.output_fields });
  const isOf = (name: string) => files.every((file) => isOwnFolder(file, [name], installed.names));
  const owner = files.length === 0 ? undefined : [...installed.names].find(isOf);
  if (owner === undefined || !installed.isNameOfRegistry(owner)) return finding;
  return {
    ...finding,
    priority: 'NOTICE',
    known: `${owner} is loaded, and it is a folder of HOME with that name`,
    weighed: true,
  };
}

/** What is no finding of whoever did it alone is none here. That nobody is named is said by the verdict: the run is unfinished. */
function looksUpUnfinished(finding: Finding, findings: readonly Finding[], installed: Installed): boolean {
  if (!installed.isImportStopped || !finding.tags.includes(CREDENTIALS) || !isLookUp(finding)) return false;
  const loaded = finding.among ?? [];
  const isRegistrys = loaded.every((spec) => installed.isNameOfRegistry(spec.slice(0, spec.lastIndexOf('@'))));
  return isRegistrys && !findings.some((other) => other.package === null && sends(other));
}

function keyOf(by: PackageRef | null): string {
  return by === null ? '' : packageKey(by);
}

function keepsOwnSettings({ finding, installed }: Case): string | undefined {
  const names = [finding.package?.name, finding.ranBy?.name].filter((name) => name !== undefined);
  const files = touchedFiles({ fields: finding.alert.output_fields });
  if (files.length === 0 || !files.every((file) => isOwnFolder(file, names, installed.names))) return undefined;
  return 'it keeps files of its own in a folder of HOME that has its name';
}

/** By what was sent (`contact-meaning/`): at its own site, and nothing but a question or some facts in the open. */
function asksOwnSite({ finding }: Case): string | undefined {
  const { 'egress.means': means, 'egress.own': own, 'egress.host': host } = finding.alert.output_fields;
  if (own !== 'true') return undefined;
  if (means === 'download') return `it asks its own site ${host} for a file, and sends nothing`;
  return means === 'telemetry' ? `it tells its own site ${host} facts about its use, in the open` : undefined;
}

/** Phases in which a library, or a tool that the project runs, finds out how it is to behave. */
const LOADS: ReadonlySet<Finding['phase']> = new Set(['import', 'check', 'run']);

/** While it is loaded, or asked for its version: one kind of settings, and nothing sent. It finds out how it is to behave. */
function looksUpSettings({ finding, all }: Case): string | undefined {
  if (!isLookUp(finding)) return undefined;
  const families = new Set(all.filter(({ tags }) => tags.includes(CREDENTIALS)).map(({ rule }) => rule));
  if (families.size > 1 || all.some(sends)) return undefined;
  const occasion = LOADS.has(finding.phase) ? 'when it is loaded' : 'when it is asked for its version or help';
  return `it looks for its settings ${occasion}; it read no credentials of another kind, and sent nothing`;
}

/** Opened, not moved or linked; a token may stand in it. */
function isLookUp({ phase, alert, processes }: Finding): boolean {
  const file = alert.output_fields['fd.name'] ?? '';
  const isAsked = asksAboutProgram(processes[0]?.cmdline ?? '');
  return (LOADS.has(phase) || isAsked) && (isManagerSettings(file) || isGitSettings(file));
}

/** Of the project or of the user: who the author is, where the repository lies. */
function isGitSettings(file: string): boolean {
  return /\/\.git\/config$/.test(file);
}

/** A process that left its session, and was watched until it ended. */
function onlyDetached({ all }: Case): string | undefined {
  const heavy = all.filter(({ rule, priority }) => rule !== DETACHED_RULE && isAtLeast(priority, 'WARNING'));
  if (heavy.length > 0 || all.some(({ rule }) => rule === LEFT_RUNNING_RULE)) return undefined;
  return 'what it detached ended while it was watched, and did nothing else';
}
