import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobContext } from '../../../../src/gitlab/identity/context.js';
import type { Report } from '../../../../src/report/report.js';
import { browse, startForReaders, words } from '../../browsing.js';
import { ALERT, egressRow, finding, ID, job, report } from '../../reports.js';
import type { Service } from '../../service.js';
import { hostileReport } from './hostile-report.js';
import { CONTEXT, gitlabRoutes, hostileSection, section, sectionEvent } from './sections.js';

let service: Service;
/** What GitLab's audit events say of every job with a context. */
let around = section();

beforeAll(async () => {
  service = await startForReaders({ gitlab: gitlabRoutes(() => around) });
});

afterAll(() => service.close());

beforeEach(() => service.queue.views.clear());

async function pageOf(full: Report, context: JobContext | null = null, as = 'ci'): Promise<string> {
  service.queue.views.set(ID, job({ owner: 'ci', state: full.status, report: full, context }));
  const answer = await browse(service, `/jobs/${ID}`, as);
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toContain('text/html');
  return answer.text;
}

describe('the page of a report', () => {
  const evil = finding({
    priority: 'CRITICAL',
    rule: 'Read of the password database',
    package: { name: 'evil-dep', version: '1.0.0', path: ['app', 'left-pad-ng', 'evil-dep'] },
    decoy: 'SSH key',
    count: 3,
    processes: [
      { pid: 41, cmdline: 'node setup.js', cwd: '/p/evil-dep' },
      { pid: 40, cmdline: 'npm ci', cwd: '/p' },
    ],
    alert: { ...ALERT, output_fields: { 'fd.name': '/etc/shadow', 'proc.cmdline': 'node setup.js' } },
  });
  const full = report({
    verdict: 'findings',
    findings: [evil, finding({ rule: 'Network tool started' })],
    phases: [
      {
        name: 'install',
        command: 'npm ci',
        exitCode: 0,
        startedAt: '2026-11-21T09:59:10.000Z',
        durationMs: 20_000,
        timedOut: false,
        scripts: { declared: 2, ran: 2 },
      },
    ],
    egress: [
      egressRow({ host: 'registry.npmjs.org', allowed: true, count: 9 }),
      egressRow({ port: null, via: 'dns', count: 2, package: evil.package }),
    ],
    processes: {
      total: 2,
      rows: [
        { pid: 40, ppid: 1, at: '2026-11-21T09:59:10.000Z', cmdline: 'npm ci', cwd: '/p', package: null },
        { pid: 41, ppid: 40, at: '2026-11-21T09:59:12.500Z', cmdline: 'node setup.js', cwd: '/p/e', package: 'e@1' },
      ],
    },
    allowScripts: { recommended: ['esbuild@0.25.0'], refused: ['evil-dep@1.0.0'] },
    log: 'added 3 packages\n\u001b[32mdone',
  });

  test('each finding has an address that can be passed on', async () => {
    const page = await pageOf(full);
    for (const anchor of ['finding-1', 'finding-2']) {
      expect(page).toContain(`<li class="finding" id="${anchor}">`);
      expect(page).toContain(`href="#${anchor}"`);
    }
  });

  test('says the verdict in a sentence, who did it, with what, and what pulls it in', async () => {
    const text = words(await pageOf(full));
    expect(text).toContain('1 package did things that an install should not do: 2 findings.');
    expect(text).toContain('evil-dep@1.0.0 : Read of the password database and 1 more');
    expect(text).toContain('evil-dep 1.0.0');
    expect(text).toContain('Installed because of app → left-pad-ng → evil-dep');
    expect(text).toContain('CRITICAL Read of the password database decoy: SSH key');
    expect(text).toMatch(/\/etc\/shadow .*node setup\.js .*in the install phase, 3 times/);
  });

  test('shows network, processes with their times, timeline, log and downloads', async () => {
    const page = await pageOf(full);
    const text = words(page);
    expect(text).toMatch(
      /x\.attacker\.invalid refused DNS lookup 2 – – evil-dep@1\.0\.0 .*registry\.npmjs\.org :443 allowed/,
    );
    expect(text).toMatch(/0\.00 s 40 npm ci 2\.50 s 41 node setup\.js finding e@1/);
    expect(text).toMatch(/wait, prepare 10\.0 s – install 20\.0 s 2 drain 1 min 0 s – findings 2/);
    expect(text).toContain('added 3 packages ·[32mdone');
    for (const format of ['json', 'gitlab', 'sarif', 'junit', 'codequality', 'cyclonedx']) {
      expect(page).toContain(`href="/v1/jobs/${ID}/report?format=${format}"`);
    }
  });

  test('shows what was run: manager, commands, what was loaded and what was left running', async () => {
    const phases: Report['phases'] = [
      {
        ...(full.phases[0] ?? { name: 'install', command: '', exitCode: 0, durationMs: 0, timedOut: false }),
        leftRunning: [{ pid: 77, cmdline: 'node miner.js' }],
      },
      {
        name: 'import',
        command: 'node import-all.mjs',
        exitCode: null,
        durationMs: 3_000,
        timedOut: true,
        loaded: [
          { name: 'good', version: '1.0.0', ok: true, ms: 20 },
          { name: 'bad', version: '2.0.0', ok: false, ms: 31, error: 'Cannot find module x', failed: ['./sub'] },
        ],
      },
    ];
    const manager = { name: 'npm', version: '12.2.0', reason: 'its lock file', leftOut: ['.npmrc: ignore-scripts'] };
    const text = words(await pageOf(report({ phases, manager })));
    expect(text).toMatch(/npm 12\.2\.0 : its lock file .*\.npmrc: ignore-scripts/);
    expect(text).toMatch(/install exit code 0 20\.0 s, install scripts that ran: 2 of 2 npm ci/);
    expect(text).toMatch(/Still running when the phase was over: node miner\.js process 77/);
    expect(text).toMatch(/import stopped at its deadline .*1 package loaded, 1 failed to load/);
    expect(text).toMatch(/bad@2\.0\.0 not loaded 31 ms Cannot find module x \.\/sub .*good@1\.0\.0 loaded 20 ms/);
  });

  test('says how many packages were installed from where, and what about them is odd', async () => {
    const row = { version: '1.0.0', from: 'registry', resolved: null, integrity: null } as const;
    const many = Array.from({ length: 1_500 }, (_, at) => ({ ...row, name: `p${at}`, folder: `node_modules/p${at}` }));
    const installed: Report['installed'] = [
      ...many,
      { ...row, name: 'forked', folder: 'node_modules/forked', from: 'git' },
      { ...row, name: 'liar', calledItself: '<b>esbuild', folder: 'node_modules/liar' },
    ];
    const disagreements = ['node_modules/x is on the disk, and not in the record'];
    const page = await pageOf(report({ installed, disagreements }));
    const text = words(page);
    expect(text).toContain('1,502 packages, registry 1,501, git 1.');
    expect(text).toContain('1 package with another name in the manifest');
    expect(text).toMatch(/liar@1\.0\.0 &lt;b&gt;esbuild registry node_modules\/liar/);
    expect(text).toMatch(/record of the install differs from the files on disk: node_modules\/x is on the disk/);
    expect(text).not.toContain('p77@');
    expect(await pageOf(report())).not.toContain('id="installed"');
  });

  test('says who accepted what does not decide the verdict', async () => {
    const accepted = { reason: 'reviewed in TICKET-12', expires: '2099-12-31' };
    const observations = [
      finding({ accepted: { by: 'service', ...accepted } }),
      finding({ accepted: { by: 'project', ...accepted } }),
      finding({ known: 'asks for its prebuilt binary' }),
    ];
    const text = words(await pageOf(report({ observations })));
    expect(text).toContain('accepted by this service until 2099-12-31 reviewed in TICKET-12');
    expect(text).toContain('accepted by the project until 2099-12-31 reviewed in TICKET-12');
    expect(text).toContain('known asks for its prebuilt binary');
  });

  test('shows what was sent as text, cut, and nothing else', async () => {
    const request = {
      method: 'POST',
      path: '/<img src=x onerror=alert(1)>',
      headers: ['host'],
      status: 200,
      bodyBytes: 9_000,
      bodyKind: 'json',
      body: `<script>alert(1)</script>\u202e${'x'.repeat(900)}`,
      tells: ['the host name'],
      count: 2,
      first: '2026-11-21T09:59:30.000Z',
    } as const;
    const unread = [{ reason: 'certificate-not-trusted', serverName: '<b>', count: 1 }] as const;
    const sent = { ...request, headers: [...request.headers], tells: [...request.tells] };
    const page = await pageOf(
      report({ egress: [egressRow({ requests: [sent], requestsLeft: 3, unread: [...unread] })] }),
    );
    expect(page).toContain(
      'POST /&lt;img src=x onerror=alert(1)&gt; ×2 (answered 200, 8.8 KiB of JSON, with the host name)',
    );
    expect(page).toContain('the program did not trust the certificate');
    expect(page).toContain('and 3 more requests');
    expect(page).not.toMatch(/<script>alert|<img src=x|<b>|\u202e|x{300}/);
  });

  test('shows how many bytes went to a host and came from it', async () => {
    const egress = [egressRow({ host: 'registry.npmjs.org', allowed: true, bytesSent: 2_048, bytesReceived: 3 << 20 })];
    expect(words(await pageOf(report({ egress })))).toContain('1 2.0 KiB 3.0 MiB');
  });

  test('puts GitLab’s events beside it: tiers with reasons, alerts, the CI job and whether that is proven', async () => {
    const linked = sectionEvent({ tier: 'T2', relation: 'linked', reason: "its target is this job's pipeline" });
    const sequences = [
      { name: 'rogue-runner', message: 'a new runner', relation: 'linked' as const, refs: [], findings: [] },
    ];
    around = section({ events: [linked, sectionEvent()], sequences });
    const page = await pageOf(full, CONTEXT, 'ops');
    const text = words(page);
    expect(text).toMatch(/Identity verified signed by GitLab .*Project acme\/web .*Pipeline 8001 .*CI job 9001/);
    expect(page).toContain('href="https://gitlab.example/acme/web/-/jobs/9001"');
    expect(text).toMatch(/WARNING GitLab - CI\/CD variable changed .*A CI variable was changed/);
    expect(text).toMatch(/during the job high ci_variable_updated Changed NPM_TOKEN Bob acme\/web T2 its target is/);
    expect(text).toContain('T5 another person, in the same project');
    expect(text).toContain('rogue-runner : a new runner Every event names this job.');
    expect(text).toContain('GitLab events 2');
    around = section({ context: { ...CONTEXT, verified: false } });
    const claimed = await pageOf(full, { ...CONTEXT, verified: false });
    expect(words(claimed)).toContain('not verified claimed by the submission');
    expect(claimed).not.toContain('href="https://gitlab.example');
    expect(words(claimed)).not.toContain('NPM_TOKEN');
    expect(words(await pageOf(full))).toContain('the submission did not name a CI job');
  });

  test('says what to do: refuse, allow, accept with a reason', async () => {
    const text = words(await pageOf(full));
    expect(text).toContain('evil-dep@1.0.0 : a dependency of left-pad-ng');
    expect(text).toContain('npm uninstall left-pad-ng');
    const decision = '&quot;esbuild@0.25.0&quot;: true, &quot;evil-dep&quot;: false';
    expect(text.replaceAll(' ,', ',')).toContain(decision);
    expect(text).toMatch(
      /- rule: &quot;Read of the password database&quot; package: &quot;evil-dep&quot; .*\/etc\/shadow/,
    );
  });

  test('lists the install scripts, what ran of them, and whether they are needed', async () => {
    const row = { version: '1.0.0', scripts: ['postinstall'], ran: true, commands: ['sh -c node x.js'], findings: 0 };
    const packages = [
      { ...row, name: 'builds', wrote: 3, needed: true },
      { ...row, name: '<b>banner', wrote: 0, needed: false },
      { ...row, name: 'still', ran: false, commands: [], needed: null },
      { ...row, name: 'odd', wrote: 0, needed: null, notRecommended: 'it is installed under another name: <b>x' },
    ];
    const allowScripts = { recommended: ['builds@1.0.0'], refused: [], unneeded: ['<b>banner@1.0.0'] };
    const page = await pageOf(report({ packages, allowScripts, scriptCheck: { problem: null } }));
    const text = words(page);
    expect(text).toMatch(/builds@1\.0\.0 postinstall sh -c node x\.js 3 yes/);
    expect(text).toMatch(/still@1\.0\.0 postinstall not seen running – unknown/);
    expect(text).toContain('These packages load without their scripts, which left nothing behind.');
    expect(text).toContain('odd@1.0.0 is not recommended: it is installed under another name');
    expect(page).not.toMatch(/<b>(?:banner|x)/);
    expect(words(await pageOf(report({ packages })))).not.toContain('Needed to load it');
  });

  test('of a clean run and of an incomplete one', async () => {
    expect(words(await pageOf(report()))).toContain('The install was watched from end to end');
    const reasons = [{ code: 'sensor-lost', message: 'the sensor was lost' }];
    const text = words(await pageOf(report({ status: 'incomplete', verdict: 'incomplete', incomplete: reasons })));
    expect(text).toContain('This run could not be watched in full');
    expect(text).toContain('the sensor was lost sensor-lost');
    expect(text).toContain('The monitoring failed, not the project. Submit it again');
    expect(text).not.toContain('did nothing it should not');
  });

  test('a report of before processes and times were recorded has its page', async () => {
    const old = await pageOf(report({ phases: full.phases.map(({ startedAt, ...phase }) => phase) }));
    expect(old).not.toContain('id="timeline"');
    expect(old).not.toContain('id="processes"');
  });

  test('of 10,000 hostile findings is small, quick, counts what it leaves out, and holds no markup of theirs', async () => {
    const huge = hostileReport();
    const started = performance.now();
    around = hostileSection();
    const page = await pageOf(huge, around.context, 'ops');
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(Buffer.byteLength(page)).toBeLessThan(200_000);
    expect(page).not.toMatch(/<script(?! src="\/assets\/)|<img|<b>|<!--/);
    expect(page).not.toMatch(/<[^>]*\son\w+=/);
    expect(page).not.toMatch(/href="(?![/#])/);
    expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
    expect(words(page)).toMatch(/And [\d,]+ more .*JSON report/);
  });
});
