import { z } from 'zod';
import { jobContextSchema } from '../identity/context.js';
import { storedAlertSchema } from '../store/alerts.js';
import { TIERS } from './config.js';
import type { CorrelatedEvent, Correlation } from './correlate.js';

const relation = z.enum(['linked', 'correlated']);
const optionalText = z.string().optional();

const eventSchema = z.object({
  /** Id of the event in the store, referenced by sequences. */
  ref: z.string(),
  tier: z.enum(TIERS),
  relation,
  reason: z.string(),
  window: z.enum(['before', 'during', 'after', 'later']).nullable(),
  weight: z.enum(['none', 'medium', 'high', 'critical']),
  family: z.string().nullable(),
  score: z.number(),
  /** Number of repeated deliveries of the same event. */
  copies: z.number().int(),
  /** Without the parts that the reader may not see. */
  event: z.object({
    type: z.string(),
    time: z.iso.datetime(),
    timeStatus: z.enum(['ok', 'missing', 'implausible']),
    id: optionalText,
    author: z.object({ id: optionalText, name: optionalText }).optional(),
    entity: z.object({ type: optionalText, id: optionalText, path: optionalText }).optional(),
    target: z.object({ type: optionalText, id: optionalText, details: optionalText }).optional(),
    message: optionalText,
    ipAddress: optionalText,
    destination: optionalText,
    sha256: optionalText,
  }),
});
export type SectionEvent = z.infer<typeof eventSchema>;

const sequenceSchema = z.object({
  name: z.string(),
  message: z.string(),
  relation,
  refs: z.array(z.string()),
  findings: z.array(z.string()),
});

/** The result for a job's audit events: the part `gitlab` of the full report. */
export const gitlabSectionSchema = z.object({
  status: z.enum(['off', 'waiting', 'incomplete', 'complete']),
  /** Why it is off or incomplete. */
  reasons: z.array(z.object({ code: z.string(), message: z.string() })),
  context: jobContextSchema.nullable(),
  /** Number of distinct results so far, starting at 1; 0 if there is none. */
  version: z.number().int(),
  /** Until when events are expected; null if it is off. */
  closesAt: z.iso.datetime().nullable(),
  raised: z.boolean(),
  score: z.number(),
  events: z.array(eventSchema),
  unlisted: z.number().int(),
  /** Number of events subtracted as caused by legitimate jobs. */
  baseline: z.number().int(),
  sequences: z.array(sequenceSchema),
  alerts: z.array(storedAlertSchema),
});
export type GitlabSection = z.infer<typeof gitlabSectionSchema>;

/** A section with the reason why there is no correlation. */
export function offSection(reason: GitlabSection['reasons'][number], context: GitlabSection['context']): GitlabSection {
  return {
    status: 'off',
    reasons: [reason],
    context,
    version: 0,
    closesAt: null,
    raised: false,
    score: 0,
    events: [],
    unlisted: 0,
    baseline: 0,
    sequences: [],
    alerts: [],
  };
}

/** Maximum length of a message in a report; the store keeps all of it. */
const MAX_MESSAGE = 2_000;

/** The parts of a section that come from a correlation. */
export function shown(
  correlation: Correlation,
): Pick<GitlabSection, 'raised' | 'score' | 'events' | 'unlisted' | 'baseline' | 'sequences'> {
  const { raised, score, unlisted, baseline } = correlation;
  const sequences = correlation.sequences.map((found) => ({
    ...found,
    refs: [...found.refs],
    findings: [...found.findings],
  }));
  return { raised, score, unlisted, baseline, sequences, events: correlation.events.map(shownEvent) };
}

function shownEvent(correlated: CorrelatedEvent): SectionEvent {
  const { ref, tier, relation: kind, reason, window, weight, family, score, copies, event } = correlated;
  return {
    ref,
    tier,
    relation: kind,
    reason,
    window,
    weight,
    family: family?.name ?? null,
    score,
    copies,
    event: {
      type: event.type,
      time: new Date(event.time).toISOString(),
      timeStatus: event.timeStatus,
      id: event.id,
      author: { id: event.authorId, name: event.authorName },
      entity: { type: event.entityType, id: event.entityId, path: event.entityPath },
      target: { type: event.targetType, id: event.targetId, details: event.targetDetails?.slice(0, MAX_MESSAGE) },
      message: event.message?.slice(0, MAX_MESSAGE),
      ipAddress: event.ipAddress?.slice(0, MAX_MESSAGE),
      destination: event.destination,
      sha256: event.sha256,
    },
  };
}
