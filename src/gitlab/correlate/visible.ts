import type { JobContext } from '../identity/context.js';
import type { GitlabSection, SectionEvent } from './section.js';

/**
 * What somebody who is no administrator may see of a section. A claimed identity opens no project's audit events: only that
 * there was something, of which kind and when. A verified one opens its own project, the groups above it and its person's
 * account; of the person's doings in other projects only kind and time.
 */
export function visibleTo(section: GitlabSection, reader: { readonly isAdministrator: boolean }): GitlabSection {
  const { context } = section;
  if (reader.isAdministrator || context === null) return section;
  if (!context.verified) return { ...section, events: section.events.map(blanked), alerts: [] };
  return {
    ...section,
    events: section.events.map((event) => (isOpen(event, context) ? event : blanked(event))),
    alerts: section.alerts.filter(({ project }) => project?.id === context.projectId),
  };
}

function isOpen({ tier, event }: SectionEvent, context: JobContext): boolean {
  const { entity } = event;
  if (entity?.type === 'Project') return entity.id === context.projectId;
  return tier !== 'T6' || (entity?.type === 'User' && entity.id === context.userId);
}

function blanked(correlated: SectionEvent): SectionEvent {
  const { type, time, timeStatus } = correlated.event;
  return { ...correlated, event: { type, time, timeStatus } };
}
