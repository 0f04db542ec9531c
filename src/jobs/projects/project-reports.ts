import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Logger } from 'pino';
import { PROJECT } from '../../ecosystems/places.js';
import type { Priority } from '../../falco/alert.js';
import { comparedReport } from '../../report/compare/compared-report.js';
import { notCompared } from '../../report/compare/headline.js';
import { carriedOn, type Summary, summaryOf } from '../../report/compare/summary.js';
import type { WhatChanged } from '../../report/compare/what-changed.js';
import type { Report } from '../../report/report.js';
import type { JobSpec } from '../job.js';
import type { EarlierThan, Place, Project, ProjectIndex, ProjectRun } from './ports.js';

export interface ProjectReportsOptions {
  readonly index: ProjectIndex;
  /** The report of another job; null while it has none or is gone. */
  readonly reportOf: (job: string) => Promise<Report | null>;
  /** The version of Packwarden and of its rules by which a report that ends now was made. */
  readonly madeBy: () => Promise<string>;
  /** The lowest priority that makes a finding. */
  readonly failOn: Priority;
  readonly log: Logger;
}

/** What a manifest without a name is called: its folder in the sandbox. */
const UNNAMED = basename(PROJECT);

/** What a job without a line of its own says, as jobs of before do. */
const UNTOLD = { project: null, part: null, ref: null, line: 'none', lineReason: 'nothing tells of a branch' } as const;

/** Says what is new in a report, and keeps of it what later ones are compared with. */
export class ProjectReports {
  readonly #options: ProjectReportsOptions;

  constructor(options: ProjectReportsOptions) {
    this.#options = options;
  }

  /** The report with what is new. Never throws: what can't be compared or kept is said, and the report stands. */
  async finished(spec: JobSpec, made: Report): Promise<Report> {
    const { log, madeBy } = this.#options;
    const belongs = projectOf(spec, made);
    try {
      const report = { ...made, judgedBy: `${await madeBy()} ${made.monitoring.source}` };
      const commit = spec.context?.sha ?? null;
      const now = summaryOf(report, commit);
      if (belongs === undefined) return await this.#ofNoProject(spec, report, now);
      const before = await this.#lineBefore(belongs.place, { before: spec.submittedAt, commit });
      const compared = await this.#compared(spec, report, belongs, now, before);
      await this.#keep(
        spec,
        compared,
        belongs,
        before === undefined || before === 'unreadable' ? now : carriedOn(now, before),
      );
      return compared;
    } catch (error) {
      log.warn({ job: spec.id, err: error }, 'what changed can not be told');
      const reason = { code: 'store-failed', message: 'the earlier reports can’t be read just now' } as const;
      return { whatChanged: notCompared(reason, belongs ? toldProject(spec, belongs.project) : null), ...made };
    }
  }

  /**
   * Incomplete runs and those of other lines are listed, and nothing is compared with them. Where no branch is told, nobody has taken
   * in what is new: who submits it once more is told so once more.
   */
  async #keep(spec: JobSpec, report: Report, { project, place }: Belonging, summary: Summary): Promise<void> {
    const { index, log } = this.#options;
    const isTakenIn = place.line === 'default' || !report.findings.some(({ isNew }) => isNew === true);
    const isKept = summary.complete && place.line !== 'other' && isTakenIn;
    try {
      await index.record(project, runOf(spec, report, place), isKept ? summary : null);
    } catch (error) {
      log.warn({ job: spec.id, err: error }, 'the run could not be kept for its project');
    }
  }

  async #compared(
    spec: JobSpec,
    report: Report,
    { project, place }: Belonging,
    now: Summary,
    before: Summary | 'unreadable' | undefined,
  ): Promise<Report> {
    const told = toldProject(spec, project);
    const compare = spec.project?.compare;
    if (compare !== undefined) return this.#comparedWith(compare, report, now, told);
    if (before === undefined) return { whatChanged: await this.#nothingEarlier(report, place, told), ...report };
    if (before !== 'unreadable') return comparedReport(report, now, before, told, this.#options.failOn);
    const reason = { code: 'other-version', message: 'another version of Packwarden made the earlier report' } as const;
    return { whatChanged: notCompared(reason, told), ...report };
  }

  /** Only what the request names can be compared: the manifest has no name, or was not reached. */
  async #ofNoProject(spec: JobSpec, report: Report, now: Summary): Promise<Report> {
    const compare = spec.project?.compare;
    if (compare !== undefined) return this.#comparedWith(compare, report, now, null);
    const reason = { code: 'no-project', message: 'it is not known which project this is' } as const;
    return { whatChanged: notCompared(reason, null), ...report };
  }

  async #comparedWith(job: string, report: Report, now: Summary, told: WhatChanged['project']): Promise<Report> {
    const earlier = await this.#options.reportOf(job);
    if (earlier !== null) return comparedReport(report, now, summaryOf(earlier), told, this.#options.failOn);
    const message = `job ${job}, which it should be compared with, has no report, or no longer`;
    return { whatChanged: notCompared({ code: 'earlier-gone', message }, told), ...report };
  }

  /** The default branch's; where nothing tells of branches and there is none, the one before. */
  async #lineBefore(place: Place, than: EarlierThan): Promise<Summary | 'unreadable' | undefined> {
    const { index } = this.#options;
    const earlier = await index.latest({ ...place, line: 'default' }, than);
    if (earlier !== undefined || place.line !== 'none') return earlier;
    return index.latest(place, than);
  }

  /** No report with this name: whether there is one with another tells a new folder, or a new name, from a first run. */
  async #nothingEarlier(report: Report, place: Place, told: WhatChanged['project']): Promise<WhatChanged> {
    if (report.project === undefined) {
      return notCompared({ code: 'not-fetched', message: 'this run did not come to list what is installed' }, told);
    }
    const all = await this.#options.index.parts(place.project);
    const others = all.filter(({ part, line }) => part !== place.part && (line === 'default' || place.line === 'none'));
    const where = place.line === 'none' ? '' : ' on the default branch';
    if (others.length === 0) {
      const message = `there is no earlier complete report of this project${where}`;
      return notCompared({ code: 'no-earlier-report', message }, told);
    }
    const names = [...new Set(others.map(({ part }) => part))].sort().slice(0, 3).join(', ');
    const message = `there is no earlier complete report of ${place.part}${where}, only of ${names}: the project was renamed, or there are several`;
    return notCompared({ code: 'other-name', message }, told);
  }
}

interface Belonging {
  readonly project: Project;
  readonly place: Place;
}

/** Undefined where neither the request nor the manifest names a project. */
function projectOf(spec: JobSpec, report: Report): Belonging | undefined {
  const { project: told, part, line } = spec.project ?? UNTOLD;
  const manifest = report.project?.name ?? '';
  const isNamed = manifest !== '' && manifest !== UNNAMED;
  const known =
    told ?? (isNamed ? { source: 'manifest' as const, key: `manifest:${manifest}`, name: manifest } : undefined);
  if (known === undefined) return undefined;
  const id = createHash('sha256')
    .update(JSON.stringify([spec.owner, known.key]))
    .digest('hex')
    .slice(0, 32);
  const { name, source } = known;
  return {
    project: { id, owner: spec.owner, name: name.slice(0, 300), source, lastRunAt: spec.submittedAt },
    place: { project: id, part: (part ?? manifest).slice(0, 300), line },
  };
}

function toldProject(spec: JobSpec, { id, name }: Project): NonNullable<WhatChanged['project']> {
  const { line, lineReason } = spec.project ?? UNTOLD;
  return { id, name, line, lineReason };
}

function runOf(spec: JobSpec, report: Report, { project, part, line }: Place): ProjectRun {
  return {
    job: spec.id,
    project,
    submittedAt: spec.submittedAt,
    part,
    ref: spec.project?.ref ?? null,
    line,
    verdict: report.verdict,
    findings: report.findings.length,
    headline: report.whatChanged?.headline ?? null,
  };
}
