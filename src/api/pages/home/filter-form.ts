import { type JobFilter, LISTED_VERDICTS } from '../../../jobs/search/query.js';
import { type Html, html, type Part } from '../parts/html.js';

const VERDICTS = {
  clean: 'clean',
  findings: 'findings',
  incomplete: 'incomplete',
  none: 'waiting or running',
} as const;

/** The search form above the job list; a plain GET form, so that a search has an address that can be shared. */
export function filterForm(filter: JobFilter, withSubmitter: boolean): Html {
  const verdicts = LISTED_VERDICTS.map(
    (verdict) =>
      html`<option value="${verdict}"${verdict === filter.verdict ? html` selected` : null}>${VERDICTS[verdict]}</option>`,
  );
  return html`<form class="filter" method="get" action="/#jobs" role="search" aria-label="Jobs">
<p>${field('project', 'Project', filter.project, 'part of the name')}</p>
<p><label for="verdict">Verdict</label><select id="verdict" name="verdict"><option value="">any</option>${verdicts}</select></p>
${withSubmitter || filter.submitter !== undefined ? html`<p>${field('submitter', 'Submitter', filter.submitter, 'part of a name')}</p>` : null}
<p>${field('package', 'Package', filter.package, 'full name')}</p>
<p class="buttons"><button type="submit">Search</button>${isEmpty(filter) ? null : html` <a href="/#jobs">All jobs</a>`}</p>
</form>`;
}

function field(name: string, label: string, value: string | undefined, hint: string): Part {
  return html`<label for="${name}">${label}</label><input type="search" id="${name}" name="${name}" value="${value ?? ''}" placeholder="${hint}" maxlength="255" autocapitalize="none" autocomplete="off" spellcheck="false">`;
}

export function isEmpty(filter: JobFilter): boolean {
  return Object.values(filter).every((value) => value === undefined);
}
