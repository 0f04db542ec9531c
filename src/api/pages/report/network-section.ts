import { EGRESS_FORMS } from '../../../report/egress-policy/forms.js';
import { sentLine, unreadLine } from '../../../report/evidence/egress/sent.js';
import type { Report } from '../../../report/report.js';
import { specOf } from '../../../report/spec.js';
import { size } from '../../../report/text/size.js';
import { fitting, type Html, hostile, html, type Part } from '../parts/html.js';
import { packageLink } from '../parts/links.js';
import { more } from './finding-section.js';
import { snippet } from './snippet.js';

const ROWS = { most: 60, bytes: 10_000 };

const SHOWN_REQUESTS = 5;
/** Longer allow lists are replaced by the command that prints them. */
const POLICY_CHARACTERS = 2_000;

const HOW = {
  proxy: 'connection',
  dns: 'DNS lookup',
  transparent: 'connection without the proxy',
  direct: 'bypassing the gateway',
} as const;

const MODES = {
  registry: 'Only the registries could be reached.',
  open: 'Every public address could be reached.',
  none: 'Nothing could be reached.',
} as const;

/** The hosts that programs contacted or tried to contact, refused ones first. */
export function networkSection(report: Report): Html {
  if (report.egress.length === 0) return html``;
  const sorted = [...report.egress].sort((a, b) => Number(a.allowed) - Number(b.allowed));
  const { shown, left } = fitting(sorted, ROWS, networkRow);
  return html`<section aria-labelledby="network"><h2 id="network">Network</h2>
${mode(report)}
<div class="scroll" role="region" aria-labelledby="network" tabindex="0"><table>
<thead><tr><th scope="col">Host</th><th scope="col">Answer</th><th scope="col" class="number">Times</th><th scope="col" class="number">Sent</th><th scope="col" class="number">Received</th><th scope="col">Requested by</th></tr></thead>
<tbody>${shown}</tbody></table></div>
${more(left, 'hosts', report.id)}
${policy(report)}
</section>`;
}

/** The allow list that the report proposes; it only contains names that are valid in an allow list. */
function policy({ egressPolicy, id }: Report): Part {
  if (egressPolicy === undefined || egressPolicy.rules.length === 0) return null;
  const forms = EGRESS_FORMS.map(({ name, readBy, text }) => ({ name, readBy, text: text(egressPolicy) }));
  return html`<details><summary>The hosts that this run needed, as an allow list</summary>
${egressPolicy.left === undefined ? null : html`<p>${egressPolicy.left} more hosts were needed than are listed here.</p>`}
${forms.map(({ name, readBy, text }) => html`<p>For ${readBy}:</p>${snippet(text.length > POLICY_CHARACTERS ? `packwarden egress-policy ${id} --for ${name}` : text, `allow list for ${name}`)}`)}
</details>`;
}

function networkRow(row: Report['egress'][number]): Html {
  const { host, port, via, allowed, count, bytesSent, bytesReceived, package: by } = row;
  return html`<tr><th scope="row">${hostile(host, 200)}${port === null ? null : `:${port}`}</th><td><span class="tag ${allowed ? 'good' : 'bad'}">${allowed ? 'allowed' : 'refused'}</span> <span class="muted">${HOW[via]}</span></td><td class="number">${count}</td><td class="number">${bytes(bytesSent)}</td><td class="number">${bytes(bytesReceived)}</td><td>${by === null ? null : packageLink(by.name, hostile(specOf(by), 120))}</td></tr>${contentRow(row)}`;
}

/** What was sent to the host: text that a package controls, so it is shortened and escaped. */
function contentRow({ requests = [], requestsLeft = 0, unread = [] }: Report['egress'][number]): Part {
  const lines = [...requests.slice(0, SHOWN_REQUESTS).map(sentLine), ...unread.map(unreadLine)];
  const left = requestsLeft + Math.max(0, requests.length - SHOWN_REQUESTS);
  if (lines.length === 0) return null;
  return html`<tr><td colspan="6"><ul class="plain">${lines.map((line) => html`<li><code>${hostile(line, 500)}</code></li>`)}</ul>${left === 0 ? null : html`<span class="muted">and ${left} more requests</span>`}</td></tr>`;
}

function mode({ egressMode }: Report): Part {
  return egressMode === null ? null : html`<p class="muted">${MODES[egressMode]}</p>`;
}

function bytes(count: number): string {
  return count === 0 ? '–' : size(count);
}
