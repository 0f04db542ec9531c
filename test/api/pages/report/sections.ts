import type { GitlabRoutes } from '../../../../src/api/app.js';
import type { GitlabSection, SectionEvent } from '../../../../src/gitlab/correlate/section.js';
import type { JobContext } from '../../../../src/gitlab/identity/context.js';
import type { StoredAlert } from '../../../../src/gitlab/store/alerts.js';
import { HOSTILE_TEXTS } from './hostile-report.js';

export const CONTEXT: JobContext = {
  verified: true,
  instance: 'https://gitlab.example',
  projectId: '42',
  projectPath: 'acme/web',
  pipelineId: '8001',
  jobId: '9001',
  jobUrl: 'https://gitlab.example/acme/web/-/jobs/9001',
  ref: 'main',
  userLogin: 'alice',
  addresses: [],
};

/** An audit event beside a job: a CI variable of its project was changed by somebody else while it ran. */
export function sectionEvent(changes: Partial<SectionEvent> = {}): SectionEvent {
  return {
    ref: '1-1',
    tier: 'T5',
    relation: 'correlated',
    reason: 'another person, in the same project',
    window: 'during',
    weight: 'high',
    family: 'secret-changed',
    score: 3.2,
    copies: 0,
    event: {
      type: 'ci_variable_updated',
      time: '2026-11-21T09:59:20.000Z',
      timeStatus: 'ok',
      author: { id: '8', name: 'Bob' },
      entity: { type: 'Project', id: '42', path: 'acme/web' },
      message: 'Changed NPM_TOKEN',
    },
    ...changes,
  };
}

export const STORED_ALERT: StoredAlert = {
  rule: 'GitLab - CI/CD variable changed',
  priority: 'WARNING',
  origin: 'packwarden',
  time: '2026-11-21T09:59:20.000Z',
  madeAt: '2026-11-21T09:59:21.000Z',
  output: 'A CI variable was changed (project=acme/web by=Bob)',
  tags: [],
  instance: 'https://gitlab.example',
  project: { id: '42', path: 'acme/web' },
  fields: {},
};

export function section(changes: Partial<GitlabSection> = {}): GitlabSection {
  return {
    status: 'complete',
    reasons: [],
    context: CONTEXT,
    version: 1,
    closesAt: '2026-11-29T09:59:00.000Z',
    raised: true,
    score: 3.2,
    events: [sectionEvent()],
    unlisted: 0,
    baseline: 0,
    sequences: [],
    alerts: [STORED_ALERT],
    ...changes,
  };
}

/** What untrusted GitLab users can write into their audit events. */
export function hostileSection(): GitlabSection {
  const texts = Array.from({ length: 200 }, (_, index) => HOSTILE_TEXTS[index % HOSTILE_TEXTS.length] ?? '');
  const context = { ...CONTEXT, projectPath: texts[0], ref: texts[3], userLogin: texts[4], jobUrl: texts[5] };
  return section({
    status: 'incomplete',
    context: { ...context, mismatch: { tokenProjectId: '42', claimedProjectId: '43' } },
    reasons: texts.slice(0, 3).map((message) => ({ code: 'feed-silent', message })),
    sequences: texts.slice(0, 5).map((message) => {
      return { name: 'rogue-runner', message, relation: 'correlated' as const, refs: [], findings: [] };
    }),
    alerts: texts.map((text) => ({ ...STORED_ALERT, rule: text, priority: text, output: text })),
    events: texts.map((text) =>
      sectionEvent({
        reason: text,
        event: {
          type: text,
          time: '2026-11-21T09:59:20.000Z',
          timeStatus: 'ok',
          author: { name: text },
          entity: { path: text },
          message: text,
        },
      }),
    ),
  });
}

/** Audit events that are received, and joined to every job as `read` says. */
export function gitlabRoutes(read: () => GitlabSection): GitlabRoutes {
  return {
    events: { path: '/gitlab/audit-events', receiver: undefined as never },
    alerts: { read: async () => ({ alerts: [], next: '1-1' }) },
    correlation: { sectionOf: async () => read() },
  };
}
