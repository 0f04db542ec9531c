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
  /** The report of another job; null if it has none yet or has expired. */
  readonly reportOf: (job: string) => Promise<Report | null>;
  /** The current version of Packwarden and of its rules. */
  readonly madeBy: () => Promise<string>;
  /** The lowest priority that makes a finding. */
  readonly failOn: Priority;
  readonly log: Logger;
}

/** The name that the package manager gives a manifest without a name: that of its folder in the sandbox. */
const UNNAMED = basename(PROJECT);

/** Stands in for the missing `project` of a job from an older version. */
const UNKNOWN_LINE = {
  project: null,
  part: null,
  ref: null,
  line: 'none',
  lineReason: 'the branch is not known',
} as const;

/** Adds to a report what is new in it, and stores the summary that later reports are compared with. */
export class ProjectReports {
  readonly #options: ProjectReportsOptions;

  constructor(options: ProjectReportsOptions) {
    this.#options = options;
  }

  /** The report with what is new in it. Never throws: if it can't be compared or stored, the report says so. */
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
      log.warn({ job: spec.id, err: error }, 'the report could not be compared with earlier ones');
      const reason = { code: 'store-failed', message: 'the earlier reports can’t be read right now' } as const;
      return { whatChanged: notCompared(reason, belongs ? reportedProject(spec, belongs.project) : null), ...made };
    }
  }

  /**
   * Stores the run. Incomplete runs and those of other lines are only listed: later runs are not compared with them. Nor are they with
   * a run that has news but no known branch: nobody has merged it, so submitting it again must report the same news again.
   */
  async #keep(spec: JobSpec, report: Report, { project, place }: Belonging, summary: Summary): Promise<void> {
    const { index, log } = this.#options;
    const isMerged = place.line === 'default' || !report.findings.some(({ isNew }) => isNew === true);
    const isKept = summary.complete && place.line !== 'other' && isMerged;
    try {
      await index.record(project, runOf(spec, report, place), isKept ? summary : null);
    } catch (error) {
      log.warn({ job: spec.id, err: error }, 'the run could not be stored for its project');
    }
  }

  async #compared(
    spec: JobSpec,
    report: Report,
    { project, place }: Belonging,
    now: Summary,
    before: Summary | 'unreadable' | undefined,
  ): Promise<Report> {
    const reported = reportedProject(spec, project);
    const compare = spec.project?.compare;
    if (compare !== undefined) return this.#comparedWith(compare, report, now, reported);
    if (before === undefined) return { whatChanged: await this.#nothingEarlier(report, place, reported), ...report };
    if (before !== 'unreadable') return comparedReport(report, now, before, reported, this.#options.failOn);
    const reason = { code: 'other-version', message: 'another version of Packwarden made the earlier report' } as const;
    return { whatChanged: notCompared(reason, reported), ...report };
  }

  /** For a report without a known project (the manifest has no name, or was not read): compares only with a job that the request names. */
  async #ofNoProject(spec: JobSpec, report: Report, now: Summary): Promise<Report> {
    const compare = spec.project?.compare;
    if (compare !== undefined) return this.#comparedWith(compare, report, now, null);
    const reason = { code: 'no-project', message: 'it is not known which project this is' } as const;
    return { whatChanged: notCompared(reason, null), ...report };
  }

  async #comparedWith(job: string, report: Report, now: Summary, project: WhatChanged['project']): Promise<Report> {
    const earlier = await this.#options.reportOf(job);
    if (earlier !== null) return comparedReport(report, now, summaryOf(earlier), project, this.#options.failOn);
    const message = `job ${job}, which it should be compared with, has no report, or it has expired`;
    return { whatChanged: notCompared({ code: 'earlier-gone', message }, project), ...report };
  }

  /** The earlier run to compare with: the default branch's; if there is none and branches are not known, the previous run. */
  async #lineBefore(place: Place, than: EarlierThan): Promise<Summary | 'unreadable' | undefined> {
    const { index } = this.#options;
    const earlier = await index.latest({ ...place, line: 'default' }, than);
    if (earlier !== undefined || place.line !== 'none') return earlier;
    return index.latest(place, than);
  }

  /** Explains why there is no earlier report: it is the first run, or the manifest has another name than before. */
  async #nothingEarlier(report: Report, place: Place, project: WhatChanged['project']): Promise<WhatChanged> {
    if (report.project === undefined) {
      const message = 'this run ended before the installed packages were listed';
      return notCompared({ code: 'not-fetched', message }, project);
    }
    const all = await this.#options.index.parts(place.project);
    const others = all.filter(({ part, line }) => part !== place.part && (line === 'default' || place.line === 'none'));
    const where = place.line === 'none' ? '' : ' on the default branch';
    if (others.length === 0) {
      const message = `there is no earlier complete report of this project${where}`;
      return notCompared({ code: 'no-earlier-report', message }, project);
    }
    const names = [...new Set(others.map(({ part }) => part))].sort().slice(0, 3).join(', ');
    const message = `there is no earlier complete report of ${place.part}${where}, only of ${names}: the project was renamed, or there are several`;
    return notCompared({ code: 'other-name', message }, project);
  }
}

interface Belonging {
  readonly project: Project;
  readonly place: Place;
}

/** Undefined when neither the request nor the manifest names a project. */
function projectOf(spec: JobSpec, report: Report): Belonging | undefined {
  const { project: named, part, line } = spec.project ?? UNKNOWN_LINE;
  const manifest = report.project?.name ?? '';
  const isNamed = manifest !== '' && manifest !== UNNAMED;
  const known =
    named ?? (isNamed ? { source: 'manifest' as const, key: `manifest:${manifest}`, name: manifest } : undefined);
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

function reportedProject(spec: JobSpec, { id, name }: Project): NonNullable<WhatChanged['project']> {
  const { line, lineReason } = spec.project ?? UNKNOWN_LINE;
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
