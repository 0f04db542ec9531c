import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { Queue } from 'bullmq';
import { type BoardRoutes, type Guard, RouteCollector } from './board-routes.js';
import { parseProgress, specOf } from './job-record.js';

/** bull-board's view of the queue for browsers: files, and the endpoints that its pages use. */
export interface Board extends BoardRoutes {
  /** Folder of the files in `styles` and `scripts`, served below `static/`. */
  readonly folder: string;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

export interface BoardOptions {
  /** URL of a job's page. */
  readonly pageOf: (id: string) => string;
  /** Converts the unavailability of Redis into our own error. */
  readonly guard: Guard;
}

/**
 * bull-board for the queue, read-only: no endpoint that changes anything is exposed, whatever the buttons offer. A job's data contains no
 * secret of ours. What may contain a project's secrets, and is large, is omitted: the project's own text, and the report with the output of
 * the install.
 */
export function createBoard(queue: Queue, { pageOf, guard }: BoardOptions): Board {
  const adapter = new BullMQAdapter(queue, {
    readOnlyMode: true,
    allowRetries: false,
    externalJobUrl: ({ id }) => ({ displayText: 'Page of the job', href: pageOf(String(id)) }),
  });
  adapter.setFormatter('data', withoutProjectText);
  adapter.setFormatter('returnValue', (report) => (report ? 'on the page of the job' : null));
  adapter.setFormatter('progress', parseProgress);
  const uiBasePath = dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json'));
  const routes = new RouteCollector();
  createBullBoard({
    queues: [adapter],
    serverAdapter: routes,
    options: {
      uiBasePath,
      uiConfig: { boardTitle: 'Packwarden', hideDocsLink: true, locale: { lng: 'en-US' } },
    },
  });
  return { ...filesOf(uiBasePath), ...routes.collected(guard) };
}

/** File names change with every version, so they are read from bull-board's own document. @throws if it is not as expected */
function filesOf(uiBasePath: string): Pick<Board, 'folder' | 'styles' | 'scripts'> {
  const document = readFileSync(join(uiBasePath, 'dist/index.ejs'), 'utf8');
  const names = (pattern: RegExp): readonly string[] => [...document.matchAll(pattern)].map(([, name = '']) => name);
  const styles = names(/<link href="static\/([\w./-]+\.css)" rel="stylesheet">/g);
  const scripts = names(/<script defer src="static\/([\w./-]+\.js)">/g);
  if (styles.length === 0 || scripts.length === 0) throw new Error('this version of bull-board has another document');
  return { folder: join(uiBasePath, 'dist/static'), styles, scripts };
}

/** Data that can't be parsed is not shown, since it may be anything. */
function withoutProjectText(data: unknown): unknown {
  const spec = specOf(data);
  if (spec === null) return 'not of this version';
  const { baseline, ...shown } = spec;
  return { ...shown, ...(baseline && { baseline: 'the project brings one' }) };
}
