import { labelOf } from '../../../report/compare/headline.js';
import type { PackageChange } from '../../../report/compare/what-changed.js';
import type { Report } from '../../../report/report.js';
import { fitting, type Html, hostile, html, type Part } from '../parts/html.js';
import { jobLink, packageLink } from '../parts/links.js';
import { moment } from '../parts/time.js';
import { counted } from './finding-section.js';

const ROWS = { most: 60, bytes: 16_000 };
const MAX_NEWS = 6;

/** The page's first line: what is new compared with an earlier report. */
export function changeLine({ whatChanged }: Report): Html {
  if (whatChanged === undefined) return html``;
  const { headline, compared, counts } = whatChanged;
  const tone = !compared ? 'muted' : counts.news > 0 ? 'changed new' : 'changed';
  return html`<p class="${tone}"><strong>What changed:</strong> ${hostile(headline, 500)}${compared ? html` <a href="#changes">Details</a>` : null}</p>`;
}

/** Which packages changed, and which behaviours of each are new. */
export function changeSection({ whatChanged, id }: Report): Html {
  if (whatChanged === undefined) return html``;
  const { against, project, compared, added, changed, removed, unchanged, counts, notes } = whatChanged;
  const rows = [
    ...unchanged.map((row) => ({ row, how: 'same version' })),
    ...changed.map((row) => ({ row, how: row.otherContent ? 'other content' : 'changed' })),
    ...added.map((row) => ({ row, how: 'added' })),
    ...removed.map((row) => ({ row, how: 'removed' })),
  ].sort((a, b) => Number(b.row.news.length > 0) - Number(a.row.news.length > 0));
  const { shown, left } = fitting(rows, ROWS, ({ row, how }) => changeRow(row, how));
  const unlisted =
    left + counts.added + counts.changed + counts.removed - added.length - changed.length - removed.length;
  return html`<section aria-labelledby="changes"><h2 id="changes">What changed</h2>
${against === null ? null : html`<p>Compared with ${jobLink(against.job)} of ${moment(against.submittedAt)}.</p>`}
${compared ? null : html`<p>${hostile(whatChanged.headline, 500)}. With <code>--fail-on new</code> every finding counts as new.</p>`}
${project === null ? null : html`<p class="muted">Project <a href="/projects/${project.id}">${hostile(project.name, 120)}</a>; ${hostile(project.lineReason, 200)}.</p>`}
${notes.map((note) => html`<p class="notice">${note}</p>`)}
${shown.length === 0 ? null : html`<div class="scroll" role="region" aria-labelledby="changes" tabindex="0"><table><thead><tr><th scope="col">Package</th><th scope="col">Versions</th><th scope="col">What it does that it did not do before</th></tr></thead><tbody>${shown}</tbody></table></div>`}
${unlisted === 0 ? null : html`<p class="more">And ${counted(unlisted, 'more package')}: see <a href="/v1/jobs/${id}">the JSON report</a>.</p>`}
${compareForm(id)}</section>`;
}

/** A plain GET form, so that a comparison has an address that can be passed on. */
function compareForm(id: string): Html {
  return html`<form class="filter" method="get" action="/jobs/${id}#changes"><p><label for="compare">Compare with another job</label><input id="compare" name="compare" required maxlength="36" placeholder="its id" autocapitalize="none" autocomplete="off" spellcheck="false"></p>
<p class="buttons"><button type="submit">Compare</button></p></form>`;
}

function changeRow(row: PackageChange, how: string): Html {
  const { name, from, to, news } = row;
  const versions = [from, to].filter((list) => list.length > 0).map((list) => list.slice(0, 4).join(', '));
  const more = news.length - MAX_NEWS;
  const what: Part =
    news.length === 0
      ? html`<span class="muted">nothing</span>`
      : html`<ul class="plain">${news.slice(0, MAX_NEWS).map((words) => html`<li>${hostile(words, 240)}</li>`)}${more > 0 ? html`<li>and ${more} more</li>` : null}</ul>`;
  return html`<tr class="${news.length > 0 ? 'flagged' : ''}"><th scope="row">${packageLink(name, hostile(news.length > 0 ? labelOf(row) : name, 120))}</th><td><span class="tag">${how}</span> ${hostile([...new Set(versions)].join(' → '), 120)}</td><td>${what}</td></tr>`;
}
