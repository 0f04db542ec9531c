import type { Report } from '../report.js';

/** The part of GitLab's audit events that renderings need; the member `gitlab` of the full report has this shape. */
export interface AuditPart {
  /**
   * `off`: no audit events can be matched to the job; `waiting`: more may come; `incomplete`: some may be missing, for the
   * `reasons` given.
   */
  readonly status: 'off' | 'waiting' | 'incomplete' | 'complete';
  readonly reasons: readonly { readonly message: string }[];
  readonly events: readonly { readonly relation: 'linked' | 'correlated' }[];
  /** How many more events there were than are listed. */
  readonly unlisted: number;
  readonly sequences: readonly { readonly message: string }[];
  readonly alerts: readonly { readonly rule: string; readonly priority: string }[];
}

/** A report as it is served: with the audit events that arrived after it was written. */
export type JoinedReport = Report & { readonly gitlab?: AuditPart };
