import type { Report } from '../../../report/report.js';
import { originsOf, otherwiseCalled } from '../../../report/scripts/origins.js';
import { specOf } from '../../../report/spec.js';
import { fitting, type Html, hostile, html, type Part } from '../parts/html.js';
import { packageLink } from '../parts/links.js';
import { counted, more } from './finding-section.js';

const LISTED = { most: 300, bytes: 12_000 };
const RENAMED = { most: 40, bytes: 8_000 };
const DISAGREEMENTS = { most: 40, bytes: 8_000 };

/** The packages that were fetched, as they were before any of their code ran: how many, from where, and what is odd about them. */
export function installedSection(report: Report): Html {
  const { installed = [], disagreements = [], id } = report;
  if (installed.length === 0 && disagreements.length === 0) return html``;
  const origins = originsOf(installed).map(([kind, count]) => `${kind} ${count.toLocaleString('en')}`);
  return html`<section aria-labelledby="installed"><h2 id="installed">Installed packages</h2>
<p>${[counted(installed.length, 'package'), ...origins].join(', ')}. <a href="/v1/jobs/${id}/report?format=cyclonedx" download>All of them, as CycloneDX</a></p>
${disagreementList(disagreements, id)}
${packageList(report)}
${renamedTable(report)}
</section>`;
}

/** All packages by name, each with a link to what it did in this job and others. */
function packageList({ installed = [], id }: Report): Part {
  if (installed.length === 0) return null;
  const byName = [...new Map(installed.map((row) => [specOf(row), row])).values()].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const { shown, left } = fitting(
    byName,
    LISTED,
    (row) => html`<li>${packageLink(row.name, hostile(specOf(row), 120))}</li>`,
  );
  return html`<details><summary>By name, each with a link to what it did in this and other jobs</summary><ul class="inline">${shown}</ul>
${more(left, 'packages', id)}</details>`;
}

function disagreementList(disagreements: readonly string[], id: string): Part {
  if (disagreements.length === 0) return null;
  const { shown, left } = fitting(disagreements, DISAGREEMENTS, (words) => html`<li>${hostile(words)}</li>`);
  return html`<div class="notice"><p>The package manager’s record of the install differs from the files on disk:</p><ul>${shown}</ul>${more(left, 'disagreements', id)}</div>`;
}

function renamedTable({ installed = [], id }: Report): Part {
  const renamed = otherwiseCalled(installed);
  if (renamed.length === 0) return null;
  const { shown, left } = fitting(
    renamed,
    RENAMED,
    (row) =>
      html`<tr><th scope="row">${packageLink(row.name, hostile(specOf(row), 120))}</th><td>${hostile(row.calledItself, 120)}</td><td>${row.from}</td><td><code>${hostile(row.folder, 160)}</code></td></tr>`,
  );
  return html`<details><summary>${counted(renamed.length, 'package', 'packages')} with another name in the manifest</summary>
<div class="scroll" role="region" aria-label="Packages with another name in their manifest" tabindex="0"><table>
<thead><tr><th scope="col">Installed as</th><th scope="col">Name in its manifest</th><th scope="col">From</th><th scope="col">Folder</th></tr></thead>
<tbody>${shown}</tbody></table></div>
${more(left, 'packages', id)}</details>`;
}
