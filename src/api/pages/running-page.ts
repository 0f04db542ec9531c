import type { JobState, JobView } from '../../jobs/job.js';
import type { QueueOutlook } from '../../jobs/ports.js';
import type { Page } from './document.js';
import { html, type Part } from './html.js';
import { moment, roughly } from './time.js';

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
export function runningPage(job: JobView, outlook: QueueOutlook | null): Page {
  const at = STEPS.findIndex(([state]) => state === job.state);
  const steps = STEPS.map(
    ([state, meaning], index) =>
      html`<li data-state="${state}" class="${index < at ? 'done' : index === at ? 'now' : 'later'}"${index === at ? html` aria-current="step"` : null}><strong>${state}</strong> <span>${meaning}</span></li>`,
  );
  return {
    title: `${job.state} …`,
    script: 'live.js',
    reloadS: 3,
    main: html`<header class="verdict running"><h1 id="title">${job.state === 'queued' ? 'Waiting' : 'Running'}</h1>
<p class="lead" role="status" id="state" data-job="${job.id}">${STEPS[at]?.[1] ?? job.state}.</p>${queueLine(outlook)}</header>
<ol class="steps">${steps}</ol>
<p>Submitted ${moment(new Date(job.submittedAt).toISOString())}. This page shows the report when it is there.
<noscript>It loads itself again every few seconds; <a href="/jobs/${job.id}">load it now</a>.</noscript></p>
<p class="muted">Job <code>${job.id}</code></p>`,
  };
}

/** How long the queue is: who waits would else wonder whether anything happens. */
function queueLine(outlook: QueueOutlook | null): Part {
  return outlook === null ? null : html`<p id="queue">${queueWords(outlook)}</p>`;
}

function queueWords({ before, startsInMs }: QueueOutlook): string {
  if (before === 0) {
    return startsInMs === null
      ? 'It is the next one.'
      : 'It is the next one: it starts when a job that runs has ended.';
  }
  const others = before === 1 ? '1 job waits before it' : `${before.toLocaleString('en')} jobs wait before it`;
  return startsInMs === null ? `${others}.` : `${others}: it will probably start in ${roughly(startsInMs)}.`;
}
