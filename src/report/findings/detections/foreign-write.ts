import type { Alert } from '../../../falco/alert.js';
import { alertTimeNs, isAtLeast } from '../../../falco/alert.js';
import type { FoldedAlert } from '../../../falco/fold.js';
import { type AuthoredWrite, projectChange } from '../../attribution/files/authored-write.js';
import { touchedFiles } from '../../evidence/touched-files.js';
import type { Finding } from '../../finding.js';
import { specOf } from '../../spec.js';

/** The rule name under which a write into another package's folder is reported. */
export const FOREIGN_WRITE_RULE = "Write into another package's folder";

/** The rule name under which a dependency's write to a file of the project is reported. */
export const PROJECT_CHANGED_RULE = "Project's own file changed by a dependency";

/** The rule name under which code is reported that a dependency adds to the project, outside of its settings. */
export const NEW_CODE_RULE = 'New code put into the project by a dependency';

/** How many new files of code have an alert of their own: for some of them there may be a reason. */
const MAX_SINGLE = 200;

/** The rule name for a write to a path where other packages find modules or commands, outside of every package's folder. */
export const UNOWNED_MODULE_RULE = 'Module or command put beside the installed packages';

/**
 * The writes of packages into other packages' folders or to the project's files, as alerts of source `correlation`. There is one
 * alert for each pair of packages and rule, since a patch of a hundred files is one thing to review; new code has one for each file.
 * `told`: files that other alerts report already; each of these gets an alert of its own. `brought`: the files that were submitted. The
 * rules for system calls can't report this, because they don't know which package a folder belongs to.
 */
export function foreignWriteAlerts(
  writes: readonly AuthoredWrite[],
  told: ReadonlySet<string> = new Set(),
  brought: ReadonlySet<string> = new Set(),
): readonly FoldedAlert[] {
  const pairs = new Map<string, { rule: string; first: AuthoredWrite; count: number; last: bigint }>();
  let single = 0;
  for (const write of writes) {
    const rule = ruleOf(write, brought);
    const isSingle = told.has(write.path) || (rule === NEW_CODE_RULE && single++ < MAX_SINGLE);
    const key = `${write.writer.path}\0${write.owner.path}\0${rule}\0${isSingle ? write.path : ''}`;
    const pair = pairs.get(key);
    const at = alertTimeNs(write.alert);
    if (pair === undefined) pairs.set(key, { rule, first: write, count: 1, last: at });
    else {
      pair.count += 1;
      if (at > pair.last) pair.last = at;
    }
  }
  return [...pairs.values()].map(({ rule, first, count, last }) => ({
    alert: toAlert(first, rule),
    count,
    first: alertTimeNs(first.alert),
    last,
  }));
}

const PROJECT_RULES = { module: UNOWNED_MODULE_RULE, setting: PROJECT_CHANGED_RULE, code: NEW_CODE_RULE };

function ruleOf(write: AuthoredWrite, brought: ReadonlySet<string>): string {
  return write.owner.path === '.' ? PROJECT_RULES[projectChange(write, brought) ?? 'code'] : FOREIGN_WRITE_RULE;
}

function toAlert(write: AuthoredWrite, rule: string): Alert {
  const { alert, path, owner } = write;
  return {
    ...alert,
    priority: 'WARNING',
    source: 'correlation',
    rule,
    output: `${rule} (file=${path} owner=${specOf(owner)} command=${alert.fields['proc.cmdline'] ?? ''})`,
    fields: { ...alert.fields, 'fd.name': path, 'package.owner': specOf(owner) },
    tags: ['packwarden', 'tampering', 'B34', 'mitre_persistence', 'T1195.001'],
  };
}

/** The files named by alerts of at least WARNING: a change of these is already reported by the alert. */
export function filesOfAlerts(alerts: readonly FoldedAlert[]): ReadonlySet<string> {
  return new Set(alerts.flatMap(({ alert }) => (isAtLeast(alert.priority, 'WARNING') ? touchedFiles(alert) : [])));
}

/**
 * Removes the finding about a changed file of the project if a more specific rule (Git hook, CI configuration) reports that file
 * as severely.
 */
export function reportedOnce(findings: readonly Finding[]): readonly Finding[] {
  const keyOf = (finding: Finding, file: string): string => JSON.stringify([finding.package, finding.phase, file]);
  const others = findings.filter(
    ({ rule, priority }) => rule !== PROJECT_CHANGED_RULE && isAtLeast(priority, 'WARNING'),
  );
  const told = new Set(
    others.flatMap((one) => touchedFiles({ fields: one.alert.output_fields }).map((file) => keyOf(one, file))),
  );
  return findings.filter(
    (one) => one.rule !== PROJECT_CHANGED_RULE || !told.has(keyOf(one, one.alert.output_fields['fd.name'] ?? '')),
  );
}
