import type { ProcessRow, Report } from '../../../report/report.js';
import { fitting, type Html, hostile, html } from '../parts/html.js';
import { counted, more } from './finding-section.js';

const ROWS = { most: 200, bytes: 24_000 };
/** Deeper levels are indented like this one. */
const MAX_DEPTH = 10;

/** The programs that were started, as a tree, with their times. */
export function processSection(report: Report): Html {
  if (report.processes === undefined || report.processes.rows.length === 0) return html``;
  const { rows, total } = report.processes;
  const begun = report.phases[0]?.startedAt;
  const start = Date.parse(begun ?? report.submittedAt);
  const flagged = new Set(report.findings.flatMap(({ processes }) => (processes[0] ? [processes[0].pid] : [])));
  // Before the first phase no code of the project runs: those are the steps that prepare the sandbox.
  const listed = rows.filter(({ at, pid }) => begun === undefined || Date.parse(at) >= start || flagged.has(pid));
  const before = rows.length - listed.length;
  const { shown } = fitting(asTree(listed), ROWS, ({ row, depth }) =>
    processRow(row, depth, start, flagged.has(row.pid)),
  );
  return html`<section aria-labelledby="processes"><h2 id="processes">Processes</h2>
<details ${report.verdict === 'findings' ? html`open` : null}><summary>${counted(total - before, 'program')} started</summary>
<div class="scroll" role="region" aria-labelledby="processes" tabindex="0"><table class="processes">
<thead><tr><th scope="col" class="number">After</th><th scope="col" class="number">Process</th><th scope="col">Command</th><th scope="col">Package</th></tr></thead>
<tbody>${shown}</tbody></table></div>
${more(total - before - shown.length, 'programs', report.id)}
${before === 0 ? null : html`<p class="muted">${counted(before, 'program')} more prepared the sandbox, before any code of the project ran.</p>`}
</details></section>`;
}

function processRow(row: ProcessRow, depth: number, start: number, flagged: boolean): Html {
  const seconds = ((Date.parse(row.at) - start) / 1000).toFixed(2);
  return html`<tr${flagged ? html` class="flagged"` : null}><td class="number">${seconds} s</td><td class="number">${row.pid}</td><td class="d${Math.min(depth, MAX_DEPTH)}"><code>${hostile(row.cmdline, 160)}</code>${flagged ? html` <span class="tag bad">finding</span>` : null}</td><td>${row.package === null ? null : hostile(row.package, 100)}</td></tr>`;
}

interface Node {
  readonly row: ProcessRow;
  readonly depth: number;
  readonly children: Node[];
}

/** Puts rows, which are sorted by time, in the order of the tree: each program is followed by those that it started. */
export function asTree(rows: readonly ProcessRow[]): readonly Node[] {
  const roots: Node[] = [];
  // The latest program of each pid. A parent starts before its children, so there can be no cycles.
  const latest = new Map<number, Node>();
  for (const row of rows) {
    const parent = row.ppid === row.pid ? undefined : latest.get(row.ppid);
    const node = { row, depth: parent === undefined ? 0 : parent.depth + 1, children: [] };
    (parent?.children ?? roots).push(node);
    latest.set(row.pid, node);
  }
  const ordered: Node[] = [];
  const stack = roots.reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    ordered.push(node);
    stack.push(...node.children.reverse());
  }
  return ordered;
}
