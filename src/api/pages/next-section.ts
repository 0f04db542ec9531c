import { acceptanceOf } from '../../report/acceptance.js';
import type { FindingGroup } from '../../report/groups.js';
import type { Report } from '../../report/report.js';
import { fitting, type Html, hostile, html, type Part } from './html.js';

const PACKAGES = { most: 20, bytes: 8_000 };
const ACCEPTANCES = { most: 10, bytes: 12_000 };

/** What to do with the report: refuse, allow, accept with a reason. */
export function nextSection(report: Report, groups: readonly FindingGroup[]): Html {
  const parts = [incomplete(report), refuse(groups), allow(report), accept(report)].filter((part) => part !== null);
  if (parts.length === 0) return html``;
  return html`<section aria-labelledby="next"><h2 id="next">What to do next</h2>${parts}</section>`;
}

function incomplete(report: Report): Part {
  if (report.verdict !== 'incomplete') return null;
  return html`<h3>Run it again</h3><p>Nothing can be said about these dependencies until a run is watched from end to end. Mend what is named at the top of this page, then submit the project again.</p>`;
}

function refuse(groups: readonly FindingGroup[]): Part {
  const culprits = groups.flatMap(({ package: by }) => (by === null ? [] : [by]));
  if (culprits.length === 0) return null;
  const { shown, left } = fitting(culprits, PACKAGES, ({ name, version, path }) => {
    const through =
      path[1] === undefined || path[1] === name
        ? null
        : html`: it comes with ${hostile(path[1], 100)}, which is the one to remove, update or replace`;
    return html`<li><strong>${hostile(`${name}@${version}`, 120)}</strong>${through}</li>`;
  });
  return html`<h3>Refuse</h3>
<p>Do not install these, and do not run their scripts. If one has been installed elsewhere, treat the credentials of that machine as stolen.</p>
<ul>${shown}${left === 0 ? null : html`<li>and ${left} more</li>`}</ul>`;
}

function allow(report: Report): Part {
  const { recommended, refused } = report.allowScripts;
  if (recommended.length === 0) return null;
  const names = refused.map((spec) => spec.slice(0, spec.lastIndexOf('@')));
  const entries = [
    ...recommended.slice(0, 50).map((spec) => [spec, true]),
    ...names.slice(0, 50).map((name) => [name, false]),
  ];
  return html`<h3>Allow</h3>
<p>Install scripts that ran clean. npm 12 runs only what <code>package.json</code> names:</p>
<pre tabindex="0"><code>${hostile(JSON.stringify({ allowScripts: Object.fromEntries(entries) }), 4_000)}</code></pre>`;
}

function accept(report: Report): Part {
  // The most severe come first; whoever accepts more than these does it with a rule of his own.
  const acceptable = report.findings.slice(0, ACCEPTANCES.most).flatMap((finding) => {
    const text = acceptanceOf(finding);
    return text === null ? [] : [{ finding, text }];
  });
  if (acceptable.length === 0) return null;
  const { shown } = fitting(acceptable, ACCEPTANCES, ({ finding, text }) => {
    const lines = text.split('\n').map((line) => html`${hostile(line, 1_000)}\n`);
    return html`<details><summary>${hostile(finding.rule)}${finding.package === null ? null : html` by ${hostile(finding.package.name, 100)}`}</summary><pre tabindex="0"><code>${lines}</code></pre></details>`;
  });
  return html`<h3>Accept with a reason</h3>
<p>What is wanted all the same is written down as an exception of its rule, with the reason, in a rule file that <code>PACKWARDEN_RULES</code> names (or that your Falco loads). It is then reviewed like other code:</p>
${shown}`;
}
