import type { Alert } from '../falco/alert.js';
import { alertTimeNs } from '../falco/alert.js';
import type { FoldedAlert } from '../falco/fold.js';
import type { AuthoredWrite } from './authored-write.js';
import { specOf } from './spec.js';

/** The rule name under which a write into another package's folder is reported. */
export const FOREIGN_WRITE_RULE = "Write into another package's folder";

/** The rule name under which a write to a file of the project by a dependency is reported. */
export const PROJECT_CHANGED_RULE = "Project's own file changed by a dependency";

/**
 * What one package wrote in another's folder, or of the project's files, as alerts of source `correlation`: one for each pair of packages, since a patch
 * of a hundred files is one thing. The system call's rule does not know whose folder it was.
 */
export function foreignWriteAlerts(writes: readonly AuthoredWrite[]): readonly FoldedAlert[] {
  const pairs = new Map<string, { first: AuthoredWrite; count: number; last: bigint }>();
  for (const write of writes) {
    const key = `${write.writer.path}\0${write.owner.path}`;
    const pair = pairs.get(key);
    const at = alertTimeNs(write.alert);
    if (pair === undefined) pairs.set(key, { first: write, count: 1, last: at });
    else {
      pair.count += 1;
      if (at > pair.last) pair.last = at;
    }
  }
  return [...pairs.values()].map(({ first, count, last }) => ({
    alert: toAlert(first),
    count,
    first: alertTimeNs(first.alert),
    last,
  }));
}

function toAlert({ alert, path, owner }: AuthoredWrite): Alert {
  const rule = owner.path === '.' ? PROJECT_CHANGED_RULE : FOREIGN_WRITE_RULE;
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
