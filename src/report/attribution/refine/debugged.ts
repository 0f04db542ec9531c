import type { Finding, PackageRef } from '../../finding.js';
import { packageKey } from '../../spec.js';

/** The rule name for a connection to the debugger of another process (`rules/packwarden_network.yaml`). */
export const DEBUGGER_RULE = 'Debugger of another process used';
const LISTENING_RULE = 'Listening port opened';
/** Where Node's debugger listens, by its default and after SIGUSR1. */
const DEBUGGER_PORT = '9229';

/**
 * After another package has connected to the debugger of a process, either of the two may be responsible for what the process does, so
 * such findings name no package and list both as candidates. Connecting is a finding against the package that did it.
 */
export function doubtDebugged(findings: readonly Finding[]): readonly Finding[] {
  const sessions = findings.filter(({ rule, package: by }) => rule === DEBUGGER_RULE && by !== null);
  if (sessions.length === 0) return findings;
  const listening = findings.filter(isDebugger);
  const debugged = new Set(listening.flatMap(({ alert }) => alert.output_fields['proc.pid'] ?? []));
  return findings.map((finding) => {
    const { package: by, orBy = [] } = finding;
    if (by === null || !runsIn(finding, debugged)) return finding;
    const others = sessions.flatMap(({ package: other, first }) =>
      other !== null && packageKey(other) !== packageKey(by) && (first <= finding.last || isDebugger(finding))
        ? [other]
        : [],
    );
    return others.length === 0 ? finding : { ...finding, package: null, orBy: unique([...others, by, ...orBy]) };
  });
}

/** A debugger port that a process opened; the package that connected to it may have caused this with a signal. */
function isDebugger({ rule, alert }: Finding): boolean {
  return rule === LISTENING_RULE && alert.output_fields['fd.sport'] === DEBUGGER_PORT;
}

function runsIn({ alert, processes }: Finding, pids: ReadonlySet<string>): boolean {
  return pids.has(alert.output_fields['proc.pid'] ?? '') || processes.some(({ pid }) => pids.has(String(pid)));
}

function unique(packages: readonly PackageRef[]): PackageRef[] {
  return [...new Map(packages.map((pkg) => [packageKey(pkg), pkg])).values()];
}
