import type { FullReport } from '../../../jobs/full-report.js';
import type { Report } from '../../../report/report.js';
import { type Html, html, type Part } from '../parts/html.js';
import { duration } from '../parts/time.js';
import { counted } from './finding-section.js';

/** The drawing's width in SVG units; it is stretched to the page's width. */
const WIDTH = 1000;
const HEIGHT = 16;
/** Marks in one row: more would blur into each other. */
const MAX_MARKS = 200;

interface Span {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly findings: number;
}

/** The run's phases over time, with the times of findings and of GitLab's events. The drawing repeats what the table says. */
export function timelineSection(report: FullReport): Html {
  const spans = spansOf(report);
  if (spans.length === 0) return html``;
  const start = Date.parse(report.submittedAt);
  const whole = Math.max(1, Date.parse(report.finishedAt) - start);
  const x = (at: number): number => Math.round((Math.min(Math.max(at - start, 0), whole) / whole) * WIDTH);
  const rows = spans.map(
    ({ name, from, to, findings }) =>
      html`<tr><th scope="row">${name}</th><td class="number">${duration(Math.max(0, to - from))}</td><td class="number">${findings === 0 ? '–' : findings.toLocaleString('en')}</td><td class="track">${drawing(html`<rect class="bar" x="${x(from)}" y="3" width="${Math.max(2, x(to) - x(from))}" height="${HEIGHT - 6}" rx="2"/>`)}</td></tr>`,
  );
  const found = report.findings.map(({ first }) => Date.parse(first));
  const eventTimes = report.gitlab.events
    .map(({ event }) => Date.parse(event.time))
    .filter((at) => at >= start && at <= start + whole);
  return html`<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2>
<table class="timeline">
<thead><tr><th scope="col">Phase</th><th scope="col" class="number">Took</th><th scope="col" class="number">Findings</th><th scope="col" class="track"><span class="hidden">Drawing</span></th></tr></thead>
<tbody>${rows}
${momentsRow('findings', 'mark', found, x)}${momentsRow('GitLab events', 'event', eventTimes, x)}</tbody>
</table>
<p class="muted">From the submission to the report: ${duration(whole)}${report.findings.length > MAX_MARKS ? `; the first ${counted(MAX_MARKS, 'finding')} are drawn` : null}.</p>
</section>`;
}

function drawing(content: Html | readonly Html[]): Html {
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">${content}</svg>`;
}

/** A row with the times of one kind of event; null if there are none. */
function momentsRow(name: string, kind: 'mark' | 'event', times: readonly number[], x: (at: number) => number): Part {
  if (times.length === 0) return null;
  const marks = times
    .slice(0, MAX_MARKS)
    .map(
      (at) => html`<rect class="${kind}" x="${Math.min(WIDTH - 4, x(at))}" y="1" width="4" height="${HEIGHT - 2}"/>`,
    );
  return html`<tr><th scope="row">${name}</th><td></td><td class="number">${times.length.toLocaleString('en')}</td><td class="track">${drawing(marks)}</td></tr>`;
}

/** The phases, and the time before and after them. Empty for a run without phases, or whose phases have no times. */
function spansOf(report: Report): readonly Span[] {
  const phases = report.phases.flatMap(({ name, startedAt, durationMs }) =>
    startedAt === undefined ? [] : [{ name, from: Date.parse(startedAt), to: Date.parse(startedAt) + durationMs }],
  );
  const [first, last] = [phases[0], phases.at(-1)];
  if (first === undefined || last === undefined) return [];
  const before = { name: 'wait, prepare', from: Date.parse(report.submittedAt), to: first.from };
  const after = { name: 'drain', from: last.to, to: Date.parse(report.finishedAt) };
  const within = (name: string): number => report.findings.filter(({ phase }) => phase === name).length;
  return [before, ...phases, after].map((span) => ({ ...span, findings: within(span.name) }));
}
