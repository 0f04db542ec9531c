import type { LoadedPackage, Phase } from '../../../report/phase.js';
import type { Report } from '../../../report/report.js';
import { toleratedFailures } from '../../../report/scripts/script-rows.js';
import { specOf } from '../../../report/spec.js';
import { fitting, type Html, hostile, html, type Part } from '../parts/html.js';
import { packageLink } from '../parts/links.js';
import { duration } from '../parts/time.js';
import { counted, more } from './finding-section.js';

const LOADED = { most: 60, bytes: 8_000 };
const FAILED = { most: 10, bytes: 500 };
const LEFT_OUT = { most: 10, bytes: 2_000 };
const SHORT = 80;
const FAILURES = { most: 10, bytes: 5_000 };
const LEFT_RUNNING = { most: 10, bytes: 3_000 };

/** What was run: the package manager, and each phase with its command, its result, what it loaded and what it left running. */
export function phaseSection(report: Report): Html {
  if (report.phases.length === 0) return html``;
  return html`<section aria-labelledby="phases"><h2 id="phases">What was run</h2>
${managerOf(report)}
${report.phases.map((phase) => phaseArticle(phase, report))}
</section>`;
}

function managerOf({ manager }: Report): Part {
  if (manager === null) return null;
  const { shown, left } = fitting(manager.leftOut, LEFT_OUT, (what) => html`<li><code>${hostile(what)}</code></li>`);
  return html`<p>${hostile(`${manager.name} ${manager.version}`, 60)}: ${hostile(manager.reason)}.</p>
${shown.length === 0 ? null : html`<p>Settings removed from the project’s configuration, because they would have kept the install from showing anything:</p><ul>${shown}${left === 0 ? null : html`<li>and ${left} more</li>`}</ul>`}`;
}

function phaseArticle(phase: Phase, report: Report): Html {
  const { name, command, exitCode, durationMs, timedOut, scripts } = phase;
  const end = timedOut ? 'stopped at its deadline' : exitCode === null ? 'did not finish' : `exit code ${exitCode}`;
  const good = !timedOut && exitCode === 0;
  const ran = scripts === undefined ? null : `, install scripts that ran: ${scripts.ran} of ${scripts.declared}`;
  return html`<h3>${name} <span class="tag ${good ? 'good' : 'doubtful'}">${end}</span></h3>
<p>${duration(durationMs)}${ran}</p>
${commandLine(command)}
${ownCode(phase)}
${failures(toleratedFailures(report, phase))}
${leftRunning(phase)}
${loaded(phase, report.id)}`;
}

/** Long commands are folded. */
function commandLine(command: string): Html {
  if (command.length <= SHORT) return html`<p><code>${hostile(command)}</code></p>`;
  return html`<details><summary><code>${hostile(command, SHORT)}</code></summary><p><code>${hostile(command, 1_000)}</code></p></details>`;
}

/** Says that the phase also runs code of the project itself, not only of packages. */
function ownCode({ projectCode = [] }: Phase): Part {
  if (projectCode.length === 0) return null;
  return html`<p>This phase also runs code of the project itself: <code>${hostile(projectCode.join(', '), 200)}</code>.</p>`;
}

/** Failed scripts of optional packages, without which the install continues. */
function failures(messages: readonly string[]): Part {
  if (messages.length === 0) return null;
  const { shown, left } = fitting(messages, FAILURES, (text) => html`<li>${hostile(text, 500)}</li>`);
  return html`<div class="notice"><p>Scripts of optional packages that failed:</p><ul>${shown}${left === 0 ? null : html`<li>and ${left} more</li>`}</ul></div>`;
}

function leftRunning({ leftRunning: processes = [] }: Phase): Part {
  if (processes.length === 0) return null;
  const { shown, left } = fitting(
    processes,
    LEFT_RUNNING,
    ({ pid, cmdline }) =>
      html`<li><code>${hostile(cmdline, 200)}</code> <span class="muted">process ${pid}</span></li>`,
  );
  return html`<div class="notice"><p>Still running when the phase was over:</p><ul>${shown}${left === 0 ? null : html`<li>and ${left} more</li>`}</ul></div>`;
}

/** The loaded packages; those that failed to load come first. */
function loaded({ loaded: packages = [] }: Phase, id: string): Part {
  if (packages.length === 0) return null;
  const failures = packages.filter(({ ok }) => !ok).length;
  const { shown, left } = fitting(packages.toSorted(byOutcome), LOADED, loadedRow);
  return html`<details><summary>${counted(packages.length - failures, 'package')} loaded${failures === 0 ? null : `, ${failures} failed to load`}</summary>
<div class="scroll" role="region" aria-label="Loaded packages" tabindex="0"><table>
<thead><tr><th scope="col">Package</th><th scope="col">Outcome</th><th scope="col" class="number">Took</th><th scope="col">What failed</th></tr></thead>
<tbody>${shown}</tbody></table></div>
${more(left, 'packages', id)}</details>`;
}

function byOutcome(a: LoadedPackage, b: LoadedPackage): number {
  return Number(a.ok) - Number(b.ok) || (b.failed?.length ?? 0) - (a.failed?.length ?? 0);
}

function loadedRow({ name, version, ok, ms, error, failed = [] }: LoadedPackage): Html {
  const { shown, left } = fitting(failed, FAILED, (what) => html`<code>${hostile(what, 80)}</code> `);
  return html`<tr><th scope="row">${packageLink(name, hostile(specOf({ name, version }), 120))}</th><td><span class="tag ${ok ? 'good' : 'doubtful'}">${ok ? 'loaded' : 'not loaded'}</span></td><td class="number">${duration(ms)}</td><td>${error === undefined ? null : hostile(error, 200)} ${shown}${left === 0 ? null : `and ${left} more`}</td></tr>`;
}
