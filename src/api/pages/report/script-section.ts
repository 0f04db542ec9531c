import type { Report } from '../../../report/report.js';
import { specOf } from '../../../report/spec.js';
import { fitting, type Html, hostile, html, type Part } from '../parts/html.js';
import { packageLink } from '../parts/links.js';
import { more } from './finding-section.js';

const ROWS = { most: 100, bytes: 16_000 };

/** The packages with install scripts: what ran, how many files it wrote, and whether the package needs it. */
export function scriptSection(report: Report): Html {
  const { packages, scriptCheck } = report;
  if (packages.length === 0) return html``;
  const asked = scriptCheck !== undefined;
  const { shown, left } = fitting(packages, ROWS, (row) => scriptRow(row, asked));
  return html`<section aria-labelledby="scripts"><h2 id="scripts">Install scripts</h2>
${scriptCheck?.problem ? html`<p class="notice">It is not known which scripts are needed: ${hostile(scriptCheck.problem)}.</p>` : null}
<div class="scroll" role="region" aria-labelledby="scripts" tabindex="0"><table>
<thead><tr><th scope="col">Package</th><th scope="col">Scripts</th><th scope="col">What ran</th><th scope="col">Files written</th>${asked ? html`<th scope="col">Needed to load</th>` : null}</tr></thead>
<tbody>${shown}</tbody></table></div>
${more(left, 'packages', report.id)}
</section>`;
}

type Row = Report['packages'][number];

function scriptRow(row: Row, asked: boolean): Html {
  const { scripts, wrote } = row;
  return html`<tr><th scope="row">${packageLink(row.name, hostile(specOf(row), 120))}</th><td>${hostile(scripts.join(', '), 120)}</td><td>${commandsOf(row)}</td><td class="number">${wrote ?? '–'}</td>${asked ? html`<td>${neededOf(row)}</td>` : null}</tr>`;
}

function commandsOf({ ran, commands }: Row): Part {
  if (!ran) return html`<span class="muted">not seen running</span>`;
  const [first] = commands;
  if (first === undefined) return 'ran';
  const others = commands.length - 1;
  return html`<code>${hostile(first, 100)}</code>${others === 0 ? null : html` <span class="muted">and ${others} more</span>`}`;
}

function neededOf({ needed }: Row): Part {
  if (needed === true) return 'yes';
  return needed === false ? 'no' : html`<span class="muted">unknown</span>`;
}
