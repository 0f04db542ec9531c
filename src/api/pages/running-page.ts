import type { JobState, JobView } from '../../jobs/job.js';
import type { Page } from './document.js';
import { html } from './html.js';
import { moment } from './time.js';

/** What each state means to someone who waits. */
const STEPS: readonly (readonly [JobState, string])[] = [
  ['queued', 'Waits for a worker'],
  ['preparing', 'The sandbox is made, and the sensor proves that it watches'],
  ['fetching', 'The dependencies are downloaded and unpacked; no script runs yet'],
  ['installing', 'The install scripts of each package run'],
  ['importing', 'Each direct dependency is loaded'],
  ['draining', 'The sensor proves that it still watches, and the report is written'],
];

/** The page of a job that has no report yet. With JavaScript it follows the job, without it is loaded again. */
export function runningPage(job: JobView): Page {
  const at = STEPS.findIndex(([state]) => state === job.state);
  const steps = STEPS.map(
    ([state, meaning], index) =>
      html`<li data-state="${state}" class="${index < at ? 'done' : index === at ? 'now' : 'later'}"${index === at ? html` aria-current="step"` : null}><strong>${state}</strong> <span>${meaning}</span></li>`,
  );
  return {
    title: `${job.state} …`,
    script: 'live.js',
    reloadS: 3,
    main: html`<header class="verdict running"><h1>Running</h1>
<p class="lead" role="status" id="state" data-job="${job.id}">${STEPS[at]?.[1] ?? job.state}.</p></header>
<ol class="steps">${steps}</ol>
<p>Submitted ${moment(new Date(job.submittedAt).toISOString())}. This page shows the report when it is there.
<noscript>It loads itself again every few seconds; <a href="/jobs/${job.id}">load it now</a>.</noscript></p>
<p class="muted">Job <code>${job.id}</code></p>`,
  };
}
