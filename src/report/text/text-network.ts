import { sentLine, unreadLine } from '../evidence/egress/sent.js';
import type { Report } from '../report.js';
import { counted } from './counted.js';
import { cut, plain } from './plain.js';
import { size } from './size.js';
import type { TextPage } from './text-page.js';

const MAX_HOSTS = 20;
const MAX_REQUESTS = 3;

/** The hosts that packages reached or tried to reach, with what was sent there; refused ones first. */
export function networkBlock(report: Report, page: TextPage): string {
  if (report.egress.length === 0) return '';
  const refusedFirst = report.egress.toSorted((a, b) => Number(a.allowed) - Number(b.allowed));
  const lines = page.capped(refusedFirst, MAX_HOSTS, 'hosts', (row) => {
    const { host, port, allowed, count, via, bytesSent, bytesReceived } = row;
    const target = cut(plain(port === null ? host : `${host}:${port}`), 50);
    const bytes = bytesSent + bytesReceived === 0 ? '' : `, ${size(bytesSent)} sent, ${size(bytesReceived)} received`;
    const left = (row.requestsLeft ?? 0) + Math.max(0, (row.requests ?? []).length - MAX_REQUESTS);
    const sent = [...(row.requests ?? []).slice(0, MAX_REQUESTS).map(sentLine), ...(row.unread ?? []).map(unreadLine)];
    return [
      page.line(`${allowed ? 'allowed' : 'refused'}  ${target} (${via}, ${count}×${bytes})`, 2),
      ...sent.map((line) => page.line(plain(line), 4)),
      ...(left === 0 ? [] : [page.line(`and ${counted(left, 'more request')}`, 4)]),
    ];
  });
  return [page.paint('bold', 'Network'), ...lines].join('\n');
}
