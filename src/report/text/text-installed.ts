import type { Report } from '../report.js';
import { originsOf, otherwiseCalled } from '../scripts/origins.js';
import { specOf } from '../spec.js';
import { counted } from './counted.js';
import { cut, plain } from './plain.js';
import type { TextPage } from './text-page.js';

const MAX = { renamed: 5, disagreements: 5 } as const;

/** How many packages came from where, and what is odd about them: a few lines, however many packages there are. */
export function installedBlock({ installed = [], disagreements = [] }: Report, page: TextPage): string {
  if (installed.length === 0 && disagreements.length === 0) return '';
  const origins = originsOf(installed).map(([kind, count]) => `${kind} ${count}`);
  const renamed = page.capped(
    otherwiseCalled(installed),
    MAX.renamed,
    'packages with another name in their manifest',
    (row) => {
      const spec = cut(plain(specOf(row)), 50);
      return page.wrapped(`${spec} calls itself ${cut(plain(row.calledItself), 60)}`, 2, 4);
    },
  );
  const odd = page.capped(disagreements, MAX.disagreements, 'differences between record and disk', (words) =>
    page.wrapped(`! ${cut(plain(words), 300)}`, 2, 4).map((line) => page.paint('yellow', line)),
  );
  return [
    page.paint('bold', 'Installed'),
    page.line([counted(installed.length, 'package'), ...origins].join(', '), 2),
    ...renamed,
    ...odd,
  ].join('\n');
}
