import type { Report } from './report.js';

/** What renderings say of GitLab's audit events; the part `gitlab` of the full report is one. */
export interface AuditPart {
  /** `off`: nothing to join with; `waiting`: more may come; `incomplete`: some may be missing, `reasons` say why. */
  readonly status: 'off' | 'waiting' | 'incomplete' | 'complete';
  readonly reasons: readonly { readonly message: string }[];
  readonly events: readonly { readonly relation: 'linked' | 'correlated' }[];
  /** How many more there were than are listed. */
  readonly unlisted: number;
  readonly sequences: readonly { readonly message: string }[];
  readonly alerts: readonly { readonly rule: string; readonly priority: string }[];
}

/** A report as its readers get it: what came after it was written is joined to it. */
export type JoinedReport = Report & { readonly gitlab?: AuditPart };
