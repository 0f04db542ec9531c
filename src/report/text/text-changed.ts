import { labelOf } from '../compare/headline.js';
import type { PackageChange } from '../compare/what-changed.js';
import type { Report } from '../report.js';
import { counted } from './counted.js';
import { cut, plain } from './plain.js';
import type { TextPage } from './text-page.js';

const MAX = { packages: 8, news: 4 } as const;

/** The first line of the text if the report was compared with an earlier one; otherwise empty. */
export function changeLine({ whatChanged }: Report, page: TextPage): string {
  if (whatChanged?.compared !== true) return '';
  const line = page.wrapped(`What changed: ${plain(whatChanged.headline)}`, 0, 2);
  return (whatChanged.counts.news > 0 ? line.map((part) => page.paint('red', part)) : line).join('\n');
}

/** Why the report was not compared, for the lines under the verdict; empty if it was compared. */
export function notComparedLines({ whatChanged }: Report, page: TextPage): readonly string[] {
  if (whatChanged === undefined || whatChanged.compared) return [];
  return page.wrapped(plain(whatChanged.headline), 2, 4).map((line) => page.paint('dim', line));
}

/** What each package does that it did not do in the earlier report. */
export function changeBlock({ whatChanged }: Report, page: TextPage): string {
  if (whatChanged?.compared !== true) return '';
  const { unchanged, changed, added, against, counts, notes } = whatChanged;
  const fresh = [...unchanged, ...changed, ...added].filter(({ news }) => news.length > 0);
  if (fresh.length === 0 && notes.length === 0) return '';
  const rows = page.capped(fresh, MAX.packages, 'packages that do something new', (row) => newsOf(row, page));
  const left = counts.news - fresh.length;
  return [
    `${page.paint('bold', 'New')} against job ${against?.job ?? ''}`,
    ...rows,
    ...(left > 0 ? [`  … and ${counted(left, 'more package')}`] : []),
    ...notes.flatMap((note) => page.wrapped(note, 2, 4)),
  ].join('\n');
}

function newsOf(row: PackageChange, page: TextPage): readonly string[] {
  const before = row.from.length === 0 ? 'added' : row.from.slice(0, 3).join(', ');
  const how = row.otherContent ? 'other content' : `before: ${before}`;
  const shown = row.news.slice(0, MAX.news).map((words) => page.line(`+ ${plain(words)}`, 4));
  const more = row.news.length - shown.length;
  return [
    page.line(`${cut(plain(labelOf(row)), 60)} (${plain(how)})`, 2),
    ...shown,
    ...(more > 0 ? [page.line(`and ${more} more`, 4)] : []),
  ];
}
