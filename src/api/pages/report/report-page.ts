import type { FullReport } from '../../../jobs/full-report.js';
import { groupByPackage } from '../../../report/findings/groups.js';
import type { Report } from '../../../report/report.js';
import type { Page } from '../parts/document.js';
import { type Html, hostileLines, html } from '../parts/html.js';
import { changeLine, changeSection } from './change-section.js';
import { findingSection, observationSection } from './finding-section.js';
import { gitlabSection } from './gitlab-section.js';
import { installedSection } from './installed-section.js';
import { networkSection } from './network-section.js';
import { nextSection } from './next-section.js';
import { phaseSection } from './phase-section.js';
import { processSection } from './process-section.js';
import { scriptSection } from './script-section.js';
import { timelineSection } from './timeline-section.js';
import { verdictSection, verdictSentence } from './verdict-section.js';

/** How many characters of the log's end a page shows. */
const LOG = 8_000;

const FORMATS = [
  ['json', 'JSON'],
  ['gitlab', 'GitLab dependency scanning'],
  ['sarif', 'SARIF'],
  ['junit', 'JUnit'],
  ['codequality', 'Code Quality'],
  ['cyclonedx', 'CycloneDX'],
] as const;

/** The page of a finished job: complete without JavaScript, and under 200 KB whatever the report contains. */
export function reportPage(report: FullReport): Page {
  const groups = groupByPackage(report.findings);
  return {
    title: `${report.verdict}: ${verdictSentence(report, groups)}`,
    script: 'copy.js',
    main: html`${changeLine(report)}
${verdictSection(report, groups)}
${changeSection(report)}
${findingSection(report, groups)}
${nextSection(report, groups)}
${timelineSection(report)}
${gitlabSection(report)}
${scriptSection(report)}
${networkSection(report)}
${installedSection(report)}
${phaseSection(report)}
${processSection(report)}
${observationSection(report)}
${logSection(report)}
${downloads(report)}`,
  };
}

function logSection({ log, id, verdict }: Report): Html {
  if (log === '') return html``;
  const cut = log.length > LOG;
  return html`<section aria-labelledby="log"><h2 id="log">Install log</h2>
<details ${verdict === 'incomplete' ? html`open` : null}><summary>${cut ? `The last ${LOG.toLocaleString('en')} characters` : 'What the install printed'}</summary>
${cut ? html`<p class="muted">More of it is in <a href="/v1/jobs/${id}">the JSON report</a>.</p>` : null}
<pre class="log" tabindex="0"><bdi>${hostileLines(log.slice(-LOG))}</bdi></pre></details></section>`;
}

function downloads({ id }: Report): Html {
  const links = FORMATS.map(
    ([format, name]) => html`<li><a href="/v1/jobs/${id}/report?format=${format}" download>${name}</a></li>`,
  );
  return html`<section aria-labelledby="downloads"><h2 id="downloads">Downloads</h2><ul class="inline">${links}</ul>
<p class="muted">Job <code>${id}</code></p></section>`;
}
