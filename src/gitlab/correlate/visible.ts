import type { JobContext } from '../identity/context.js';
import type { GitlabSection, SectionEvent } from './section.js';

/**
 * The part of a section that a non-administrator may see. A claimed identity gives no access to a project's audit events, only to their
 * type and time. A verified one gives access to events of its own project, the groups above it and its user's account; for the user's
 * actions in other projects only type and time are shown.
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
