import { isManagerSettings } from '../../ecosystems/image/image-programs.js';
import { isAtLeast } from '../../falco/alert.js';
import { type Behaviours, NOTHING_MEASURED } from '../behaviours/usual.js';
import { LEFT_RUNNING_RULE } from '../evidence/left-running.js';
import { touchedFiles } from '../evidence/touched-files.js';
import type { Finding, PackageRef } from '../finding.js';
import { sends } from '../findings/detections/correlation.js';
import { LEAK_RULE, REFUSED_EGRESS_RULE } from '../findings/detections/egress-findings.js';
import { TOOL_STORE_RULE } from '../findings/detections/tool-stores.js';
import { asksAboutProgram } from '../findings/lowering/asked-about-itself.js';
import { CREDENTIALS, OUTSIDE_RULE } from '../findings/lowering/lowered.js';
import { packageKey } from '../spec.js';
import { isOwnFolder } from './own-folder.js';

const REMOVED_RULE = 'Files of the home folder removed';
const DETACHED_RULE = 'Process detached itself';
/** Rules whose findings are honest if they only affect a package's own folder. */
const OF_OWN_FOLDERS: ReadonlySet<string> = new Set([OUTSIDE_RULE, REMOVED_RULE, TOOL_STORE_RULE]);

/** A finding, together with all findings of its package. */
interface Case {
  readonly finding: Finding;
  readonly all: readonly Finding[];
  readonly installed: Installed;
}

/** Facts about the installed packages. */
export interface Installed {
  readonly names: ReadonlySet<string>;
  /** Whether it is what a registry delivered under its name. */
  isFromRegistry(pkg: PackageRef): boolean;
  /** Whether all packages installed under that name are what a registry delivered. */
  isNameOfRegistry(name: string): boolean;
  /** Whether the import phase was stopped: then some packages were not loaded alone, and the run is reported as incomplete in any case. */
  readonly isImportStopped: boolean;
}

/** A reason to lower the findings of a rule; `holds` returns it as text if it applies. */
interface Reason {
  readonly rule: (finding: Finding) => boolean;
  readonly holds: (found: Case) => string | undefined;
}

/**
 * Reasons to lower a finding to an observation, based on what else its package did and did not do. Each requires that something is absent,
 * so additional evidence can never lower a finding. They only apply to packages that a registry delivered, because anyone can give any name
 * to a folder of a project.
 */
const REASONS: readonly Reason[] = [
  { rule: ({ rule }) => OF_OWN_FOLDERS.has(rule), holds: keepsOwnSettings },
  { rule: ({ tags }) => tags.includes(CREDENTIALS), holds: looksUpSettings },
  { rule: ({ rule }) => rule === REFUSED_EGRESS_RULE, holds: asksOwnSite },
  { rule: ({ rule }) => rule === LEAK_RULE, holds: showsTokenToIssuer },
];

/** Applied after the others, because they depend on which findings are left. */
const LAST_REASONS: readonly Reason[] = [{ rule: ({ rule }) => rule === DETACHED_RULE, holds: onlyDetached }];

/**
 * Lowers findings that are honest, considering everything known about the package, and those that are `usual` for it. A pure function of
 * the findings, whose order does not matter.
 */
export function weigh(
  findings: readonly Finding[],
  installed: Installed,
  usual: Behaviours = NOTHING_MEASURED,
): readonly Finding[] {
  const weighed = lowered(findings, REASONS, installed).map((finding) => loweredByUse(finding, installed, usual));
  return lowered(weighed, LAST_REASONS, installed);
}

/** Applied to each finding on its own: that one action is usual says nothing about other actions. */
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

/**
 * For findings in a process that had loaded many packages, any of which may be the cause. They are lowered if they would be for the package
 * that owns the folder, or if they are lookups of settings and the packages could not be loaded alone.
 */
function loweredAmong(
  finding: Finding,
  findings: readonly Finding[],
  reasons: readonly Reason[],
  installed: Installed,
): Finding {
  if (finding.among === undefined || reasons !== REASONS) return finding;
  if (looksUpUnfinished(finding, findings, installed)) {
    const known =
      'one of many packages that were loaded together looked for its settings; there was no time to load each of them alone';
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

/**
 * A lookup of settings that would be an observation for each of the packages alone is one here too. The verdict shows that the cause is not
 * known, because the run is incomplete.
 */
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
  return 'it keeps its own files in a folder of HOME that has its name';
}

/** Based on what was sent (`contact-meaning/`): only to the package's own site, and only a request for a file or some plain-text facts. */
function asksOwnSite({ finding }: Case): string | undefined {
  const { 'egress.means': means, 'egress.own': own, 'egress.host': host } = finding.alert.output_fields;
  if (own !== 'true') return undefined;
  if (means === 'download') return `it asks its own site ${host} for a file, and sends nothing`;
  return means === 'telemetry' ? `it tells its own site ${host} facts about its use, in plain text` : undefined;
}

/** What a decoy was sent with is only known where its issuer received it, in the open (`evidence/egress/token-shown.ts`). */
function showsTokenToIssuer({ finding }: Case): string | undefined {
  const { 'egress.means': means, 'egress.own': own, 'egress.host': host } = finding.alert.output_fields;
  if (own !== 'true' || means !== 'download') return undefined;
  return `it shows the token only to ${host}, which issues such tokens, and asks its own site there for a file`;
}

/** Phases in which a library, or a tool that the project runs, reads its configuration. */
const LOADS: ReadonlySet<Finding['phase']> = new Set(['import', 'check', 'run']);

/** Reading its configuration, while it is loaded or asked for its version or help: only one kind of settings, and nothing was sent. */
function looksUpSettings({ finding, all }: Case): string | undefined {
  if (!isLookUp(finding)) return undefined;
  const families = new Set(all.filter(({ tags }) => tags.includes(CREDENTIALS)).map(({ rule }) => rule));
  if (families.size > 1 || all.some(sends)) return undefined;
  const occasion = LOADS.has(finding.phase) ? 'when it is loaded' : 'when it is asked for its version or help';
  return `it looks for its settings ${occasion}; it read no credentials of another kind, and sent nothing`;
}

/** The file was opened, not moved or linked; it may contain a token. */
function isLookUp({ phase, alert, processes }: Finding): boolean {
  const file = alert.output_fields['fd.name'] ?? '';
  const isAsked = asksAboutProgram(processes[0]?.cmdline ?? '');
  return (LOADS.has(phase) || isAsked) && (isManagerSettings(file) || isGitSettings(file));
}

/** Git's settings in the repository, which may name the author and the remote repository. */
function isGitSettings(file: string): boolean {
  return /\/\.git\/config$/.test(file);
}

/**
 * The detached process ended while it was watched, or what is left running is usual for the package (a process manager's daemon); and the
 * package has no other finding of WARNING or more, be it usual.
 */
function onlyDetached({ all }: Case): string | undefined {
  const left = all.filter(({ rule }) => rule === LEFT_RUNNING_RULE);
  const others = all.filter(({ rule }) => rule !== DETACHED_RULE && rule !== LEFT_RUNNING_RULE);
  if (others.some(({ priority, measured }) => measured !== undefined || isAtLeast(priority, 'WARNING')))
    return undefined;
  if (left.some(({ measured }) => measured === undefined)) return undefined;
  if (left.length > 0) return 'it left running only what it was measured to leave running, and did nothing else';
  return 'the process that it detached ended while it was watched, and it did nothing else';
}
