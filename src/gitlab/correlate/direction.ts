import type { GitlabEvent } from '../event/event.js';
import { isJsonObject, own, textOf } from '../event/values.js';
import { type Family, familyOf, type Weight } from './families.js';

/** Whether a credential was created, added or authorised; not revoked, removed or refused. */
export function isMinting({ type }: GitlabEvent): boolean {
  if (familyOf(type)?.name !== 'credential-minted') return false;
  return !/(?:_revoked|_removed|_deleted|_destroyed|_failed)$|^remove_/.test(type);
}

/** Whether a runner was created or assigned to a project. */
export function isRunnerAdded({ type }: GitlabEvent): boolean {
  return /^ci_runner_(?:registered|created|assigned_to_project)$|^set_runner_associated_projects$/.test(type);
}

/** Whether a guard or policy was weakened, as far as the event tells; if it doesn't, it counts as weakened. */
export function isWeakening(event: GitlabEvent): boolean {
  const family = familyOf(event.type)?.name;
  if (family !== 'guard' && family !== 'policy' && family !== 'job-token-scope') return false;
  if (/^(?:protected_branch|approval_rule)_created$|_inbound_enabled$|_(?:project|group)_removed$/.test(event.type))
    return false;
  return !['true', '1'].includes(textOf(own(event.details, 'to')) ?? '');
}

/** Whether code was pushed to a repository. */
export function isPush(event: GitlabEvent): boolean {
  const { verb, action } = gitOperation(event);
  return verb === 'push' || action === 'git-receive-pack';
}

/** A clone or pull. */
export function isFetch(event: GitlabEvent): boolean {
  return event.type === 'repository_git_operation' && !isPush(event);
}

function gitOperation(event: GitlabEvent): { verb: string | undefined; action: string | undefined } {
  const message = own(event.details, 'custom_message');
  if (!isJsonObject(message)) return { verb: undefined, action: undefined };
  return { verb: textOf(own(message, 'verb')), action: textOf(own(message, 'action')) };
}

/** The weight of an event by its type and direction; `isOwnProject`, because everybody fetches the project they work on. */
export function weightOf(event: GitlabEvent, family: Family | undefined, isOwnProject: boolean): Weight {
  if (family === undefined) return 'none';
  if (isFetch(event) && isOwnProject) return 'none';
  const isGuard = family.name === 'guard' || family.name === 'policy' || family.name === 'job-token-scope';
  return isGuard && !isWeakening(event) ? 'none' : family.weight;
}
