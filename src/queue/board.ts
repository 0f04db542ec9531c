import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { Queue } from 'bullmq';
import { type BoardRoutes, type Guard, RouteCollector } from './board-routes.js';
import { parseProgress, specOf } from './job-record.js';

/** The queue as bull-board shows it in a browser: files, and the questions that its pages ask. */
export interface Board extends BoardRoutes {
  /** Folder of what `styles` and `scripts` name below `static/`. */
  readonly folder: string;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

export interface BoardOptions {
  /** Address of a job's page. */
  readonly pageOf: (id: string) => string;
  /** Makes an absent Redis an error of ours. */
  readonly guard: Guard;
}

/**
 * bull-board over the queue, for reading only: no question that changes anything is handed on, whatever its buttons
 * offer. A job's data hold no secret of ours. What may hold one of a project's is left out, and is large besides: its own
 * text, and its report with what the install printed.
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

/** The names of the files change with every version: its own document tells them. @throws when it is not as expected */
function filesOf(uiBasePath: string): Pick<Board, 'folder' | 'styles' | 'scripts'> {
  const document = readFileSync(join(uiBasePath, 'dist/index.ejs'), 'utf8');
  const names = (pattern: RegExp): readonly string[] => [...document.matchAll(pattern)].map(([, name = '']) => name);
  const styles = names(/<link href="static\/([\w./-]+\.css)" rel="stylesheet">/g);
  const scripts = names(/<script defer src="static\/([\w./-]+\.js)">/g);
  if (styles.length === 0 || scripts.length === 0) throw new Error('this version of bull-board has another document');
  return { folder: join(uiBasePath, 'dist/static'), styles, scripts };
}

/** Data that can't be read are not shown either: they may be anything. */
function withoutProjectText(data: unknown): unknown {
  const spec = specOf(data);
  if (spec === null) return 'not of this version';
  const { baseline, ...shown } = spec;
  return { ...shown, ...(baseline && { baseline: 'the project brings one' }) };
}
