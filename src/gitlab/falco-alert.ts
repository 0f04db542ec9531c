import type { Alert } from '../falco/alert.js';
import type { StoredAlert } from './store/alerts.js';

/** The source of alerts from a Falco with a GitLab plugin. */
export const GITLAB_SOURCE = 'gitlab';

/**
 * Converts an alert of a Falco with a GitLab plugin for storage next to our own. The plugin does not report the instance, so it is only
 * known if there is a single one.
 */
export function fromFalco(alert: Alert, instances: ReadonlySet<string>, now: number): StoredAlert {
  const { fields, rule, priority, output, tags, time } = alert;
  const [only] = instances;
  const projectId = fields['gitlab.entity_type'] === 'Project' ? fields['gitlab.entity_id'] : undefined;
  const createdAt = Date.parse(fields['gitlab.created_at'] ?? '');
  const at = Number.isNaN(createdAt) ? Number(time.seconds) * 1000 + Math.floor(time.nanos / 1_000_000) : createdAt;
  return {
    rule,
    priority,
    origin: 'falco',
    time: new Date(at).toISOString(),
    madeAt: new Date(now).toISOString(),
    output,
    tags: [...tags],
    instance: instances.size === 1 && only !== undefined ? only : null,
    project:
      projectId === undefined || projectId === ''
        ? null
        : { id: projectId, path: fields['gitlab.entity_path'] ?? null },
    fields: { ...fields },
  };
}
