import type { ScriptStep } from '../../phase.js';
import type { Report } from '../../report.js';
import { specOf } from '../../spec.js';
import { plain } from '../../text/plain.js';
import type { IncompleteReason } from '../../verdict/verdict.js';

/** How many hosts are named in one reason. */
const MAX_HOSTS = 3;

/**
 * Adds the refused hosts to the reason for an incomplete run, if a script failed and its package was refused a host. Most such scripts
 * download a program, and their output ends with a stack trace that names no host.
 */
export function withRefusedHosts(
  reasons: readonly IncompleteReason[],
  steps: readonly ScriptStep[],
  egress: Report['egress'],
): readonly IncompleteReason[] {
  return reasons.map((reason) => {
    const step = reason.code === 'install-failed' ? steps.find(({ error }) => error === reason.message) : undefined;
    const hosts = step === undefined ? [] : hostsRefusedTo(step, egress);
    if (hosts.length === 0) return reason;
    const more = hosts.length > MAX_HOSTS ? ` and ${hosts.length - MAX_HOSTS} more` : '';
    const named = plain(hosts.slice(0, MAX_HOSTS).join(', '));
    return { ...reason, message: `${reason.message} (it asked ${named}${more}, which the sandbox may not reach)` };
  });
}

/** The hosts refused to the package itself or to its dependencies, because they download on its behalf. */
function hostsRefusedTo({ package: spec }: ScriptStep, egress: Report['egress']): readonly string[] {
  const name = spec.slice(0, spec.lastIndexOf('@'));
  const isIts = (by: Report['egress'][number]['package']): boolean =>
    by !== null && (specOf(by) === spec || by.path.slice(1, -1).includes(name));
  return [...new Set(egress.filter((row) => !row.allowed && isIts(row.package)).map(({ host }) => host))];
}
