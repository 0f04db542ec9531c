import type { Report } from '../report.js';
import { specOf } from '../spec.js';
import { counted } from '../text/counted.js';
import { cut, plain } from '../text/plain.js';
import { behavioursOf } from './behaviour.js';
import { wordsOf } from './behaviour-words.js';
import type { Comparison } from './compare.js';
import { doingKey, type Summary } from './summary.js';
import type { PackageChange, WhatChanged } from './what-changed.js';

/** How many packages of each kind a report lists. */
const MAX_ROWS = 1_000;
const MAX_LABEL = 80;

/** The comparison in the form of the report. `earlier`: the summary of the report that it was compared with. */
export function toWhatChanged(
  comparison: Comparison,
  { report, earlier, project }: { report: Report; earlier: Summary; project: WhatChanged['project'] },
): WhatChanged {
  const { added, removed, changed, unchanged, notes } = comparison;
  const rows = [...added, ...changed, ...unchanged];
  const counts = {
    added: added.length,
    removed: removed.length,
    changed: changed.length,
    news: rows.filter(({ news }) => news.length > 0).length,
  };
  return {
    headline: headlineOf(comparison, counts, report, earlier),
    compared: true,
    reason: null,
    against: { job: earlier.job, submittedAt: earlier.submittedAt },
    project,
    counts,
    added: added.slice(0, MAX_ROWS),
    removed: removed.slice(0, MAX_ROWS),
    changed: changed.slice(0, MAX_ROWS),
    unchanged: unchanged.slice(0, MAX_ROWS),
    notes: [...notes],
  };
}

/** For a report that was not compared. `message` says why, in words that can follow `because` or stand alone. */
export function notCompared(
  reason: NonNullable<WhatChanged['reason']>,
  project: WhatChanged['project'],
  against: WhatChanged['against'] = null,
): WhatChanged {
  return {
    headline: `Not compared with an earlier report: ${plain(reason.message)}`,
    compared: false,
    reason,
    against,
    project,
    counts: { added: 0, removed: 0, changed: 0, news: 0 },
    added: [],
    removed: [],
    changed: [],
    unchanged: [],
    notes: [],
  };
}

function headlineOf(
  comparison: Comparison,
  { added, removed, changed, news }: WhatChanged['counts'],
  report: Report,
  earlier: Summary,
): string {
  const parts = [
    changed > 0 ? `${counted(changed, 'package')} changed` : '',
    added > 0 ? `${counted(added, 'package')} added` : '',
    removed > 0 ? `${counted(removed, 'package')} removed` : '',
  ].filter((part) => part !== '');
  const since = `since ${earlier.submittedAt.slice(0, 16).replace('T', ' ')} UTC`;
  const packages = parts.length === 0 ? 'No package changed' : parts.join(', ');
  const nobody = comparison.ofNobody[0];
  if (news === 0 && nobody === undefined) return `${packages}, none does anything new ${since}`;
  const lead = leadOf(comparison, report);
  if (lead === undefined) return `${packages}, something new by an unknown package: it ${nobody}`;
  return `${packages}, ${news} ${news === 1 ? 'does' : 'do'} something new: ${lead}`;
}

/** The most severe new behaviour, and the package that shows it. */
function leadOf({ newKeys, added, changed, unchanged }: Comparison, report: Report): string | undefined {
  const fresh = report.findings.flatMap((finding) => {
    const { package: by, parts } = finding;
    if (by === null) return [];
    const news = behavioursOf(finding).filter((behaviour) => newKeys.has(doingKey({ name: by.name, behaviour })));
    return news.map((behaviour) => ({ by, behaviour, isPutTogether: parts !== undefined }));
  });
  // A correlated finding is described best by one of its parts.
  const worst = fresh.find(({ isPutTogether }) => !isPutTogether) ?? fresh[0];
  if (worst !== undefined) return `${label(specOf(worst.by))} now ${wordsOf(worst.behaviour)}`;
  const first = [...changed, ...added, ...unchanged].find(({ news }) => news.length > 0);
  return first && `${label(labelOf(first))} now ${first.news[0]}`;
}

/** `name@version` if exactly one version is installed now; otherwise the name. */
export function labelOf({ name, to }: Pick<PackageChange, 'name' | 'to'>): string {
  const [version, ...others] = to;
  return version === undefined || others.length > 0 ? name : specOf({ name, version });
}

function label(spec: string): string {
  return cut(plain(spec), MAX_LABEL);
}
