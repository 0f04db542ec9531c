import type { SectionEvent } from '../../../gitlab/correlate/section.js';
import type { JobContext } from '../../../gitlab/identity/context.js';
import type { FullReport } from '../../../jobs/full-report.js';
import { fitting, type Html, hostile, html, type Part } from '../parts/html.js';
import { moment } from '../parts/time.js';
import { counted, more } from './finding-section.js';

const EVENTS = { most: 40, bytes: 12_000 };
const ALERTS = { most: 15, bytes: 5_000 };

/** The CI job that submitted the project, and GitLab's audit events around it, each with how certain their connection is. */
export function gitlabSection({ id, gitlab }: FullReport): Html {
  const { status, context, reasons } = gitlab;
  const notes = reasons.map(({ code, message }) => html`<li>${hostile(message)} <code>${hostile(code)}</code></li>`);
  const nothing = status === 'off' && context === null;
  if (nothing && reasons.some(({ code }) => code === 'no-feed')) return html``;
  const body =
    status === 'off' ? null : html`${stateOf(gitlab)}${sequencesOf(gitlab)}${alerts(gitlab, id)}${events(gitlab, id)}`;
  return html`<section aria-labelledby="gitlab"><h2 id="gitlab">GitLab</h2>
${context === null ? null : contextFacts(context)}
${notes.length === 0 ? null : html`<ul class="plain muted">${notes}</ul>`}
${body}
</section>`;
}

function contextFacts(context: JobContext): Html {
  const { verified, instance, projectId, projectPath, pipelineId, jobId, ref, userLogin, mismatch } = context;
  const trust: Part = verified
    ? html`<span class="tag good">verified</span> signed by GitLab (ID token)`
    : html`<span class="tag doubtful">not verified</span> claimed by the submission`;
  return html`<dl class="facts">
<div><dt>Identity</dt><dd>${trust}</dd></div>
<div><dt>Project</dt><dd>${hostile(projectPath ?? `number ${projectId}`, 120)} <span class="muted">${hostile(instance, 100)}</span></dd></div>
${fact('Pipeline', pipelineId)}${jobId === undefined ? null : html`<div><dt>CI job</dt><dd>${jobLink(context, jobId)}</dd></div>`}${fact('Branch or tag', ref)}${fact('Started by', userLogin)}
</dl>
${mismatch === undefined ? null : html`<p class="notice">The ID token belongs to project ${mismatch.tokenProjectId}, but the submission’s variables claim project ${mismatch.claimedProjectId}. The token takes precedence.</p>`}`;
}

function fact(term: string, value: string | undefined): Part {
  return value === undefined ? null : html`<div><dt>${term}</dt><dd>${hostile(value, 120)}</dd></div>`;
}

/** Links only to the GitLab instance that signed the job's identity: an unverified address could lead anywhere. */
function jobLink({ verified, instance, jobUrl }: JobContext, jobId: string): Html {
  if (!verified || jobUrl === undefined || !jobUrl.startsWith(`${instance}/`)) return html`${jobId}`;
  return html`<a href="${jobUrl}" rel="noreferrer">${jobId}</a>`;
}

function stateOf({ status, events: shown, unlisted, closesAt, baseline }: FullReport['gitlab']): Html {
  const total = shown.length + unlisted;
  const count = total === 0 ? 'No notable event' : counted(total, 'notable event');
  const usual = baseline === 0 ? null : ` ${counted(baseline, 'event')} that every run causes not shown.`;
  const later = status === 'waiting' && closesAt !== null ? html` More may come until ${moment(closesAt)}.` : null;
  return html`<p>${count} around this job.${usual}${later}</p>`;
}

/** Events that mean more together than each alone. */
function sequencesOf({ sequences }: FullReport['gitlab']): Part {
  return sequences.map(
    ({ name, message, relation }) =>
      html`<p class="notice"><strong>${hostile(name)}</strong>: ${hostile(message, 500)} <span class="muted">${relation === 'linked' ? 'Every event names this job.' : 'They happened in the same place and time.'}</span></p>`,
  );
}

function alerts({ alerts: all }: FullReport['gitlab'], id: string): Part {
  if (all.length === 0) return null;
  const { shown, left } = fitting(
    all,
    ALERTS,
    ({ rule, priority, output, time }) =>
      html`<li><span class="priority medium">${hostile(priority, 20)}</span> <strong>${hostile(rule)}</strong> <span class="muted">${moment(time)}</span><br><code>${hostile(output)}</code></li>`,
  );
  return html`<h3>Alerts</h3><ul class="plain">${shown}</ul>${more(left, 'alerts', id)}`;
}

function events({ events: all, unlisted }: FullReport['gitlab'], id: string): Part {
  if (all.length === 0) return null;
  const { shown, left } = fitting(all, EVENTS, eventRow);
  return html`<h3 id="gitlab-events">Events</h3>
<div class="scroll" role="region" aria-labelledby="gitlab-events" tabindex="0"><table class="events">
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Who, where</th><th scope="col">Why it is listed</th></tr></thead>
<tbody>${shown}</tbody></table></div>
<p class="muted">T1: an event of this very job, … T6: an event of the same person elsewhere.</p>
${more(left + unlisted, 'events', id)}`;
}

function eventRow({ tier, reason, window, weight, copies, event }: SectionEvent): Html {
  const { type, time, message, author, entity } = event;
  const severe = weight === 'critical' || weight === 'high';
  const who = author?.name ?? (author?.id === undefined ? undefined : `person ${author.id}`);
  return html`<tr><td>${moment(time)}<br><span class="muted">${window === null ? 'another time' : `${window} the job`}</span></td><td><span class="priority ${severe ? 'medium' : 'low'}">${weight}</span> <code>${hostile(type, 100)}</code>${copies === 0 ? null : ` ${copies + 1} times`}${message === undefined ? null : html`<br>${hostile(message, 200)}`}</td><td>${who === undefined ? null : hostile(who, 80)}${entity?.path === undefined ? null : html`<br><span class="muted">${hostile(entity.path, 120)}</span>`}</td><td><span class="tag">${tier}</span> ${hostile(reason, 150)}</td></tr>`;
}
