import { BASELINE_FILE, type ProjectText } from '../../blobs/project-text.js';
import type { Finding } from '../finding.js';
import type { Report } from '../report.js';
import { counted } from '../text/counted.js';
import { cut, plain } from '../text/plain.js';
import { type Baseline, isOverreach, parseBaseline, reasonOf } from './baseline.js';

/** Whether the `packwarden.yaml` of uploaded projects is used. */
export const PROJECT_BASELINE_MODES = ['off', 'on'] as const;
export type ProjectBaselineMode = (typeof PROJECT_BASELINE_MODES)[number];

/** Maximum length of the description of a file's problem, in characters. */
const MAX_PROBLEM = 500;

/** A project's own baseline, as a job applies it. */
export interface ProjectBaseline {
  /** Empty if the baseline is not used. */
  readonly entries: Baseline;
  /** Why the baseline is not used; null if it is. */
  readonly problem: string | null;
}

/** Reads the uploaded baseline. An error in the file is the project's: the report mentions it, and the file accepts nothing. */
export function readProjectBaseline(file: ProjectText, mode: ProjectBaselineMode): ProjectBaseline {
  const unused = (problem: string): ProjectBaseline => ({
    entries: [],
    problem: cut(plain(problem.replaceAll(/\s+/g, ' ')), MAX_PROBLEM),
  });
  if (mode === 'off')
    return unused('this service does not use baselines of projects (PACKWARDEN_PROJECT_BASELINE is off)');
  if ('problem' in file) return unused(file.problem);
  try {
    return { entries: parseBaseline(file.text), problem: null };
  } catch (cause) {
    return unused(reasonOf(cause));
  }
}

/** The effect of the baseline, for the report. `findings`: all findings and observations, after `markAccepted`. */
export function baselineOutcome(
  { entries, problem }: ProjectBaseline,
  findings: readonly Finding[],
  now: number,
): NonNullable<Report['projectBaseline']> {
  return {
    problem,
    accepted: findings.filter(({ accepted }) => accepted?.by === 'project').length,
    refused: findings.filter((finding) => isOverreach(finding, entries, now)).length,
  };
}

/** What a reader of the report must know about the baseline first, so that no finding is accepted silently. */
export function baselineNotices({ projectBaseline: outcome }: Report): readonly string[] {
  if (!outcome) return [];
  const { problem, accepted, refused } = outcome;
  const its = `the project's ${BASELINE_FILE}`;
  return [
    ...(problem === null ? [] : [`${its} accepts nothing: ${problem}`]),
    ...(accepted === 0 ? [] : [`${counted(accepted, 'finding')} accepted by ${its}, marked among the observations`]),
    ...(refused === 0
      ? []
      : [`${counted(refused, 'finding')} named in ${its} not accepted: a project can't accept CRITICAL findings`]),
  ];
}
