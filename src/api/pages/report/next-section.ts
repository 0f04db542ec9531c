import { acceptanceOf } from '../../../report/acceptance/acceptance.js';
import type { FindingGroup } from '../../../report/findings/groups.js';
import { reportedManager } from '../../../report/parts/reported-manager.js';
import type { Report } from '../../../report/report.js';
import { allowScriptsForm, formFor, reasonsAgainst } from '../../../report/scripts/allow-scripts.js';
import { specOf } from '../../../report/spec.js';
import { fitting, type Html, hostile, html, type Part } from '../parts/html.js';
import { adviceFor } from './advice.js';
import { SNIPPET_CHARACTERS, snippet } from './snippet.js';

const PACKAGES = { most: 20, bytes: 8_000 };
const ACCEPTANCES = { most: 10, bytes: 12_000 };
const MAX_REMOVALS = 10;
const MAX_NOTES = 5;

/** Package names that are safe in a command that someone pastes into a shell. */
const SHELL_SAFE = /^(?:@[a-z0-9_~][\w.~-]*\/)?[a-z0-9_~][\w.~-]*$/i;

/** What the reader can do next: run again, refuse, allow, accept with a reason. */
export function nextSection(report: Report, groups: readonly FindingGroup[]): Html {
  const parts = [
    incomplete(report),
    refuse(report, groups),
    allow(report),
    notRecommended(report),
    accept(report),
  ].filter((part) => part !== null);
  if (parts.length === 0) return html``;
  return html`<section aria-labelledby="next"><h2 id="next">What to do next</h2>${parts}</section>`;
}

function incomplete(report: Report): Part {
  if (report.verdict !== 'incomplete') return null;
  const advice = adviceFor(report.incomplete).map((text) => html`<p>${text}</p>`);
  return html`<h3>Run it again</h3><p>Nothing can be said about these dependencies until a run is watched from end to end.</p>${advice}`;
}

function refuse(report: Report, groups: readonly FindingGroup[]): Part {
  const culprits = groups.flatMap(({ package: by }) => (by === null ? [] : [by]));
  if (culprits.length === 0) return null;
  const { shown, left } = fitting(culprits, PACKAGES, ({ name, version, path }) => {
    const through =
      path[1] === undefined || path[1] === name
        ? null
        : html`: a dependency of ${hostile(path[1], 100)}, which is the package to remove, update or replace`;
    return html`<li><strong>${hostile(specOf({ name, version }), 120)}</strong>${through}</li>`;
  });
  const direct = [...new Set(culprits.map(({ name, path }) => path[1] ?? name))].filter((name) =>
    SHELL_SAFE.test(name),
  );
  const remove = report.manager === null ? undefined : reportedManager(report).removal;
  return html`<h3>Refuse</h3>
<p>Do not install these, and do not run their scripts. If one has been installed elsewhere, treat the credentials of that machine as stolen.</p>
<ul>${shown}${left === 0 ? null : html`<li>and ${left} more</li>`}</ul>
${
  remove === undefined || direct.length === 0
    ? null
    : snippet(
        direct
          .slice(0, MAX_REMOVALS)
          .map((name) => `${remove} ${name}`)
          .join('\n'),
        'commands that remove these packages',
      )
}`;
}

function allow(report: Report): Part {
  const { recommended, unneeded = [] } = report.allowScripts;
  const form = report.manager === null ? undefined : formFor(report);
  if (recommended.length + unneeded.length === 0 || form === undefined) return null;
  const { file, text, beside, notes } = allowScriptsForm(report, form);
  if (text.length > SNIPPET_CHARACTERS) {
    return html`<h3>Allow</h3>
<p>${recommended.length} install scripts ran clean. This command prints the entries for <code>${file}</code>:</p>
${snippet(`packwarden allow-scripts ${report.id}`, 'command that prints the allow list')}
${notAllowed(unneeded)}`;
  }
  const what =
    recommended.length === 0 ? 'No script needs to be allowed.' : 'These install scripts ran clean, in these versions.';
  return html`<h3>Allow</h3>
<p>${what} Add to <code>${file}</code>:</p>
${snippet(text, `for ${file}`)}
${beside === undefined ? null : html`<p>Add to <code>${beside.file}</code>, because ${beside.why}:</p>${snippet(beside.text, `for ${beside.file}`)}`}
${notes.slice(0, MAX_NOTES).map((note) => html`<p>${hostile(note, 300)}.</p>`)}
${notAllowed(unneeded)}`;
}

function notAllowed(unneeded: readonly string[]): Part {
  if (unneeded.length === 0) return null;
  return html`<p>Not allowed, although they ran clean: ${hostile(unneeded.slice(0, 20).join(', '), 500)}. These packages load without their scripts, which left nothing behind.</p>`;
}

function notRecommended(report: Report): Part {
  const { shown, left } = fitting(reasonsAgainst(report), PACKAGES, (reason) => html`<li>${hostile(reason, 400)}</li>`);
  if (shown.length === 0) return null;
  return html`<h3>Decide yourself</h3>
<p>These scripts are not on the list:</p>
<ul>${shown}${left === 0 ? null : html`<li>and ${left} more</li>`}</ul>`;
}

function accept(report: Report): Part {
  const now = Date.parse(report.finishedAt);
  // The most severe findings come first; to accept more than these, a wider entry is the better way.
  const acceptable = report.findings.slice(0, ACCEPTANCES.most).flatMap((finding) => {
    const text = acceptanceOf(finding, now);
    return text === null || text.length > SNIPPET_CHARACTERS ? [] : [{ finding, text }];
  });
  if (acceptable.length === 0) return null;
  const { shown } = fitting(
    acceptable,
    ACCEPTANCES,
    ({ finding, text }) =>
      html`<details><summary>${hostile(finding.rule)}${finding.package === null ? null : html` by ${hostile(finding.package.name, 100)}`}</summary>${snippet(text, `entry that accepts ${finding.rule}`.slice(0, 100))}</details>`,
  );
  return html`<h3>Accept with a reason</h3>
<p>To accept a finding, add an entry to this service’s baseline (<code>PACKWARDEN_BASELINE</code>), or to the project’s own <code>packwarden.yaml</code> if this service allows that and the finding is below CRITICAL. Its <code>reason</code> should say who accepts it and why. Reports still show the finding, marked as accepted, but it no longer affects the verdict:</p>
${shown}`;
}
