import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JobSpec } from '../../../src/jobs/job.js';
import { type ProjectLine, projectLineOf } from '../../../src/jobs/projects/line.js';
import { ProjectReports } from '../../../src/jobs/projects/project-reports.js';
import type { Report } from '../../../src/report/report.js';
import { MemoryProjects } from '../../api/memory-projects.js';
import { installed, reads, run } from '../../report/compare/runs.js';

let index: MemoryProjects;
let made = new Map<string, Report>();
let version = '1.2.3+abc';
let clock = 0;

beforeEach(() => {
  index = new MemoryProjects();
  made = new Map();
  version = '1.2.3+abc';
  clock = Date.parse('2026-11-21T10:00:00.000Z');
});

interface RunOptions {
  readonly owner?: string | null;
  readonly project?: ProjectLine;
  readonly sha?: string;
  /** Milliseconds since the epoch; a minute after the last one unless given. */
  readonly at?: number;
}

const DEFAULT = projectLineOf(null, { ref: 'main', defaultBranch: 'main' });
const TOPIC = projectLineOf(null, { ref: 'topic', defaultBranch: 'main' });

/** Ends a job with this report, and gives it as it is then read. */
async function end(changes: Partial<Report>, options: RunOptions = {}): Promise<Report> {
  const { owner = 'ci', project = DEFAULT, sha } = options;
  clock += 60_000;
  const submittedAt = options.at ?? clock;
  const id = randomUUID();
  const context = sha === undefined ? null : { verified: true, instance: 'i', projectId: '1', addresses: [], sha };
  const spec: JobSpec = {
    id,
    ecosystem: 'npm',
    owner,
    submittedAt,
    context,
    project,
    blob: { key: id, bytes: 1, sha256: 'ab' },
  };
  const reports = new ProjectReports({
    index,
    reportOf: async (job) => made.get(job) ?? null,
    madeBy: async () => version,
    failOn: 'WARNING',
    log: pino({ level: 'silent' }),
  });
  const { judgedBy: _, ...plain } = run({ id, submittedAt: new Date(submittedAt).toISOString(), ...changes });
  const report = await reports.finished(spec, plain);
  made.set(id, report);
  return report;
}

const GOOD = { installed: [installed('evil', '1.0.0')] };
const BAD: Partial<Report> = {
  verdict: 'findings',
  installed: [installed('evil', '1.0.1')],
  findings: [reads('evil', '1.0.1')],
};
const codeOf = ({ whatChanged }: Report) => whatChanged?.reason?.code ?? 'compared';

describe('a run is compared with the last complete one of the default branch', () => {
  it('from whatever branch', async () => {
    const first = await end(GOOD);
    const topic = await end(BAD, { project: TOPIC });
    expect(topic.whatChanged).toMatchObject({ against: { job: first.id }, counts: { changed: 1, news: 1 } });
    expect(topic.findings[0]?.isNew).toBe(true);
  });

  it('which a run of another branch does not become', async () => {
    const first = await end(GOOD);
    await end(BAD, { project: TOPIC });
    expect((await end(BAD)).whatChanged?.against?.job).toBe(first.id);
  });

  it('nor one that was not seen to its end', async () => {
    const first = await end(GOOD);
    await end({ ...BAD, verdict: 'incomplete' });
    expect((await end(BAD)).whatChanged?.against?.job).toBe(first.id);
  });

  it('nor one of the same commit: running it again gives the same report', async () => {
    const first = await end(GOOD, { sha: 'aaa' });
    await end(BAD, { sha: 'bbb' });
    expect((await end(BAD, { sha: 'bbb' })).whatChanged?.against?.job).toBe(first.id);
    expect((await end(BAD, { sha: 'ccc' })).findings[0]?.isNew).toBeUndefined();
  });

  it('nor one that was submitted later and ended earlier: of two at once each has the one before', async () => {
    const first = await end(GOOD);
    const at = clock + 60_000;
    const later = await end(BAD, { at: at + 5 });
    const slower = await end(GOOD, { at });
    expect([later.whatChanged?.against?.job, slower.whatChanged?.against?.job]).toEqual([first.id, first.id]);
    expect((await end(BAD)).whatChanged?.against?.job).toBe(later.id);
  });

  it('nor one of somebody else, whose project is called the same', async () => {
    await end(GOOD, { owner: 'other' });
    expect(codeOf(await end(BAD))).toBe('no-earlier-report');
  });
});

describe('where the branch is unknown', () => {
  const none = { project: projectLineOf(null, {}) };

  it('a run is compared with the one before, which takes nothing in that was new', async () => {
    const first = await end(GOOD, none);
    const bad = await end(BAD, none);
    const again = await end(BAD, none);
    for (const report of [bad, again]) {
      expect(report.whatChanged?.against?.job).toBe(first.id);
      expect(report.findings[0]?.isNew).toBe(true);
    }
  });

  it('and with the default branch’s where there is one', async () => {
    await end(GOOD, none);
    const main = await end(GOOD);
    await end(GOOD, none);
    expect((await end(BAD, none)).whatChanged?.against?.job).toBe(main.id);
  });
});

describe('what can’t be compared is said, and marks nothing', () => {
  const gitlab = (projectPath: string, options = {}) => {
    const context = {
      verified: false,
      instance: 'https://gitlab.example',
      projectId: '42',
      projectPath,
      addresses: [],
    };
    return { project: projectLineOf(context, { ref: 'main', defaultBranch: 'main', ...options }) };
  };
  const yarn = { manager: { name: 'yarn', version: '1.22.22', reason: '', leftOut: [] } };

  it.each([
    ['the first run', async () => {}, 'no-earlier-report', /no earlier complete report of this project/],
    [
      'runs of other branches alone',
      () => end(GOOD, { project: TOPIC }),
      'no-earlier-report',
      /on the default branch$/,
    ],
    [
      'a run of another manager',
      () => end({ ...GOOD, ...yarn }),
      'other-manager',
      /installed by yarn, this one by npm/,
    ],
    [
      'a run by an older version of ours',
      () => endBy('1.2.2+abc', GOOD),
      'other-version',
      /another version of Packwarden/,
    ],
  ] as const)('%s', async (_what, before, code, message) => {
    await before();
    const report = await end(BAD);
    expect([codeOf(report), report.whatChanged?.compared, report.findings[0]?.isNew]).toEqual([code, false, undefined]);
    expect(report.whatChanged?.reason?.message).toMatch(message);
  });

  it('a summary that an older version of ours wrote', async () => {
    await end(GOOD);
    index.latest = async () => 'unreadable';
    expect(codeOf(await end(BAD))).toBe('other-version');
  });

  it('a project that was renamed at GitLab is the same one', async () => {
    const first = await end(GOOD, gitlab('acme/shop'));
    const report = await end(BAD, gitlab('acme/store'));
    expect(report.whatChanged).toMatchObject({ against: { job: first.id }, project: { name: 'acme/store' } });
  });

  it('another manifest of one project, or one that was renamed, is compared with none, until its own second run', async () => {
    await end(GOOD, gitlab('acme/shop'));
    const renamed = { ...BAD, project: { name: 'store', version: '1.0.0' } };
    const first = await end(renamed, gitlab('acme/shop'));
    expect([codeOf(first), first.whatChanged?.headline]).toEqual([
      'other-name',
      expect.stringContaining('only of shop: '),
    ]);
    expect((await end(renamed, gitlab('acme/shop'))).whatChanged?.against?.job).toBe(first.id);
  });

  it('folders of one project whose manifests have the same name are distinguished by the request', async () => {
    await end(GOOD, gitlab('acme/shop', { part: 'web' }));
    expect(codeOf(await end(BAD, gitlab('acme/shop', { part: 'api' })))).toBe('other-name');
  });

  it('a manifest without a name, which is called as its folder is, is no project of its own', async () => {
    const nameless = { project: { name: 'project', version: '' } };
    await end({ ...GOOD, ...nameless });
    expect(codeOf(await end({ ...BAD, ...nameless }))).toBe('no-project');
  });

  it('a run that ended before it was known what is installed', async () => {
    await end(GOOD, gitlab('acme/shop'));
    const none = { verdict: 'incomplete', installed: undefined, project: undefined } as unknown as Partial<Report>;
    expect(codeOf(await end(none, gitlab('acme/shop')))).toBe('not-fetched');
    expect(codeOf(await end(none))).toBe('no-project');
  });

  it('a store that does not answer: the report stands', async () => {
    index.latest = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const report = await end(BAD);
    expect([codeOf(report), report.verdict, report.findings.length]).toEqual(['store-failed', 'findings', 1]);
  });

  async function endBy(other: string, changes: Partial<Report>): Promise<void> {
    version = other;
    await end(changes);
    version = '1.2.3+abc';
  }
});

describe('compare=ID', () => {
  const against = (compare: string) => ({
    project: projectLineOf(null, { ref: 'topic', defaultBranch: 'main', compare }),
  });

  it('is compared with that job, whatever its line', async () => {
    const topic = await end(GOOD, { project: TOPIC });
    await end(BAD);
    expect((await end(BAD, against(topic.id))).whatChanged).toMatchObject({
      against: { job: topic.id },
      counts: { news: 1 },
    });
  });

  it.each([
    ['one that is gone', 'earlier-gone', {}],
    ['one that was not seen to its end', 'earlier-incomplete', { verdict: 'incomplete' }],
    ['one of before our version was kept', 'other-version', { judgedBy: undefined }],
  ] as const)('%s: %s', async (_what, code, changes) => {
    const id = randomUUID();
    if (code !== 'earlier-gone') made.set(id, run({ id, ...(changes as Partial<Report>) }));
    expect(codeOf(await end(BAD, against(id)))).toBe(code);
  });
});
