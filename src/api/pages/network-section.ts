import type { Report } from '../../report/report.js';
import { more } from './finding-section.js';
import { fitting, type Html, hostile, html } from './html.js';

const ROWS = { most: 60, bytes: 10_000 };

/** Which hosts were asked for, the refused ones first. */
export function networkSection(report: Report): Html {
  if (report.egress.length === 0) return html``;
  const sorted = [...report.egress].sort((a, b) => Number(a.allowed) - Number(b.allowed));
  const { shown, left } = fitting(sorted, ROWS, networkRow);
  return html`<section aria-labelledby="network"><h2 id="network">Network</h2>
<div class="scroll" role="region" aria-labelledby="network" tabindex="0"><table>
<thead><tr><th scope="col">Host</th><th scope="col">Answer</th><th scope="col">Times</th><th scope="col">Asked by</th></tr></thead>
<tbody>${shown}</tbody></table></div>
${more(left, 'hosts', report.id)}
</section>`;
}

function networkRow(row: Report['egress'][number]): Html {
  const { host, port, via, allowed, count, package: by } = row;
  const how = via === 'dns' ? 'name look-up' : 'connection';
  return html`<tr><th scope="row">${hostile(host, 200)}${port === null ? null : `:${port}`}</th><td><span class="tag ${allowed ? 'good' : 'bad'}">${allowed ? 'allowed' : 'refused'}</span> <span class="muted">${how}</span></td><td class="number">${count}</td><td>${by === null ? null : hostile(`${by.name}@${by.version}`, 120)}</td></tr>`;
}
