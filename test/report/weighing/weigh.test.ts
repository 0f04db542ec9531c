import { describe, expect, it } from 'vitest';
import type { Priority } from '../../../src/falco/alert.js';
import { PRIORITIES } from '../../../src/falco/alert.js';
import { Behaviours, NOTHING_MEASURED } from '../../../src/report/behaviours/usual.js';
import type { Finding, PackageRef } from '../../../src/report/finding.js';
import { correlate } from '../../../src/report/findings/detections/correlation.js';
import { weigh } from '../../../src/report/weighing/weigh.js';

const HOME = '/home/ci';
const tool: PackageRef = { name: 'some-tool', version: '1.0.0', path: ['app', 'some-tool'] };
const other: PackageRef = { name: 'other', version: '1.0.0', path: ['app', 'other'] };

interface Changes {
  readonly tags?: readonly string[];
  readonly priority?: Priority;
  readonly phase?: Finding['phase'];
  readonly by?: PackageRef | null;
  readonly ranBy?: PackageRef;
  readonly source?: string;
  readonly known?: string;
  readonly among?: string[];
  /** Of the process that did it. */
  readonly cmdline?: string;
}

function found(rule: string, file: string, changes: Changes = {}): Finding {
  const {
    tags = [],
    priority = 'WARNING',
    phase = 'import',
    by = tool,
    ranBy,
    source = 'SYSCALL',
    known,
    among,
    cmdline,
  } = changes;
  const first = '2026-11-24T12:00:00.000Z';
  const alert = {
    output: '',
    time: { seconds: '1', nanos: 0 },
    source,
    hostname: 'h',
    priority,
    rule,
    tags: [...tags],
  };
  return {
    rule,
    priority,
    tags: [...tags],
    count: 1,
    first,
    last: first,
    phase,
    package: by,
    decoy: null,
    processes: cmdline === undefined ? [] : [{ pid: 7, cmdline, cwd: HOME }],
    ...(ranBy === undefined ? {} : { ranBy }),
    ...(known === undefined ? {} : { known }),
    ...(among === undefined ? {} : { among }),
    alert: { ...alert, output_fields: file === '' ? {} : { 'fd.name': file } },
  };
}

const write = (file: string, changes: Changes = {}) => found('Write outside the project', file, changes);
const moved = (from: string, to: string): Finding => {
  const one = write('');
  return { ...one, alert: { ...one.alert, output_fields: { 'evt.arg.oldpath': from, 'evt.arg.newpath': to } } };
};
const oneOfMany = { by: null, among: ['other@1.0.0', 'some-tool@1.0.0'] };
const read = (file: string, changes: Changes = {}) =>
  found('Read of package registry credentials', file, { tags: ['credentials'], ...changes });
const BIN = `node ${HOME}/project/node_modules/.bin/some-tool`;
const asked = (cmdline: string): Changes => ({ phase: 'install', cmdline });
const ssh = found('Read of an SSH key', `${HOME}/.ssh/id_rsa`, { tags: ['credentials'] });
const dotenv = found('Read of a dotenv file', `${HOME}/project/.env`, { tags: ['credentials'], priority: 'NOTICE' });
const refused = found('Egress refused by the gateway', '', { source: 'EGRESS' });
const usualHost = {
  ...refused,
  alert: { ...refused.alert, output_fields: { 'egress.target': 'a.example', 'egress.host': 'a.example' } },
};
const direct = found('Outbound connection past the gateway', '', { tags: ['sends'] });
const detached = found('Process detached itself', '');
const leftRunning = found('Left running', '');
const shell = found("Shell started by a script's program", '', { priority: 'NOTICE' });

const judgedBy = (findings: readonly Finding[], usual: Behaviours, registry = true, isImportStopped = false) =>
  weigh(
    findings,
    {
      names: new Set(['some-tool', 'tool', 'other', 'app']),
      isFromRegistry: () => registry,
      isNameOfRegistry: () => registry,
      isImportStopped,
    },
    usual,
  );
const judged = (findings: readonly Finding[], registry = true) => judgedBy(findings, NOTHING_MEASURED, registry);

const doing = { package: 'some-tool', versions: '^1.0.0', phase: 'import' } as const;
const MEASURED = new Behaviours([
  {
    measured: '2026-11-29',
    packages: [{ name: 'some-tool', versions: ['1.0.0'] }],
    behaviours: [
      { ...doing, rule: 'Write outside the project', places: ['~/.config/other/x'] },
      { ...doing, rule: 'Read of package registry credentials', places: ['~/.npmrc'] },
      { ...doing, rule: 'Read of package registry credentials', phase: 'install', places: ['~/.npmrc'] },
      { ...doing, rule: 'Left running', places: ['$ node ./node_modules/some-tool/daemon.js'] },
      { ...doing, rule: 'Egress refused by the gateway', places: ['a.example'], sent: 'unknown' },
    ],
  },
]);

describe('an observation', () => {
  it.each<[string, Finding, readonly Finding[]]>([
    ['settings in an own folder', write(`${HOME}/.config/some-tool/config.json`), []],
    [
      'a folder that is called almost alike',
      write(`${HOME}/.config/sometool/x`, { by: { ...tool, name: '@sometool/cli' } }),
      [],
    ],
    [
      'an own folder with a dot',
      write(`${HOME}/.ngrok/a.zip`, { by: { ...tool, name: 'ngrok' }, phase: 'install' }),
      [],
    ],
    [
      'a folder of whoever had it run',
      write(`${HOME}/.config/turborepo/t.json`, { by: { ...tool, name: '@turbo/linux-64' } }),
      [],
    ],
    ['the file that configstore keeps for it', write(`${HOME}/.config/configstore/some-tool.json`), []],
    [
      'and puts into place (firebase-tools 15)',
      moved(`${HOME}/.config/configstore/some-tool.json.2891043356`, `${HOME}/.config/configstore/some-tool.json`),
      [],
    ],
    [
      'the one of a scope, for update-notifier',
      write(`${HOME}/.config/configstore/update-notifier-@x/tool.json`, { by: { ...tool, name: '@x/tool' } }),
      [],
    ],
    ['a file that is moved within it', moved(`${HOME}/.config/some-tool/x.tmp`, `${HOME}/.config/some-tool/x`), []],
    ['settings of one of many that were loaded', write(`${HOME}/.config/some-tool/x`, oneOfMany), []],
    [
      'a file that is removed from the own folder',
      found('Files of the home folder removed', `${HOME}/.config/.some-tool/logs/old.log`),
      [],
    ],
    ['an own cache', write(`${HOME}/.cache/some-tool/v1/x`), [ssh, refused]],
    ["npm's settings, looked up while it is loaded", read(`${HOME}/.npmrc`), [shell, detached]],
    ["Git's settings, looked up while it is loaded", read(`${HOME}/project/.git/config`), [shell]],
    [
      'settings, looked up by a tool that a script asks for its version',
      read(`${HOME}/.npmrc`, asked(`${BIN} -v`)),
      [],
    ],
    ["the project's settings of npm", read(`${HOME}/project/.npmrc`), []],
    ['a process that was detached', detached, [shell, write(`${HOME}/.config/some-tool/x`)]],
  ])('%s', (_title, one, others) => {
    expect(judged([one, ...others])[0]).toMatchObject({ priority: 'NOTICE', known: expect.any(String) });
  });
});

describe('still a finding', () => {
  it.each<[string, Finding, readonly Finding[]]>([
    ['a folder of none of many that were loaded', write(`${HOME}/.config/nobody/x`, oneOfMany), []],
    [
      'an own folder, where nobody knows who was in the process',
      write(`${HOME}/.config/some-tool/x`, { by: null }),
      [],
    ],
    ["another's folder", write(`${HOME}/.config/other/config.json`), []],
    ['a folder that has just the name of another package', write(`${HOME}/.cache/tool/x`), []],
    ['a file that is moved out of the own folder', moved(`${HOME}/.config/some-tool/x`, `${HOME}/.local/bin/node`), []],
    ['the file that configstore keeps for another', write(`${HOME}/.config/configstore/other.json`), []],
    ['a file there that is none of its', write(`${HOME}/.config/configstore/some-tool.json.sh`), []],
    ['a way out of there', moved(`${HOME}/.config/configstore/some-tool.json`, `${HOME}/.bashrc`), []],
    ['a way out of the own folder', write(`${HOME}/.config/some-tool/../autostart/x`), []],
    [
      'a file of the own folder that is moved elsewhere',
      moved(`${HOME}/.config/some-tool/x`, `${HOME}/.config/other/x`),
      [],
    ],
    [
      "a file that is removed from another's folder",
      found('Files of the home folder removed', `${HOME}/.config/other/x`),
      [],
    ],
    ['a file that lies in HOME itself', write(`${HOME}/.some-tool`), []],
    ['a folder without a dot', write(`${HOME}/some-tool/x`), []],
    ['outside of HOME', write('/opt/some-tool/x'), []],
    [
      'a known tool’s folder by a package of its name',
      write(`${HOME}/.docker/cli-plugins/x`, { by: { ...tool, name: 'docker-x' } }),
      [],
    ],
    ['a generic word in common', write(`${HOME}/.config/cli/x`, { by: { ...tool, name: 'some-cli' } }), []],
    ['a short word in common', write(`${HOME}/.config/nxt/x`, { by: { ...tool, name: 'nx' } }), []],
    ['settings read by a tool that is asked for more', read(`${HOME}/.npmrc`, asked(`${BIN} -v --send`)), []],
    ['settings read by a script of such a name', read(`${HOME}/.npmrc`, asked('node -v')), []],
    ['settings and credentials read by a tool that is asked', read(`${HOME}/.npmrc`, asked(`${BIN} -v`)), [ssh]],
    ['settings read by an install script', read(`${HOME}/.npmrc`, { phase: 'install' }), []],
    ["Git's settings read by an install script", read(`${HOME}/project/.git/config`, { phase: 'install' }), []],
    ["Git's settings, and a host that was asked", read(`${HOME}/.gitconfig`), [refused]],
    ['settings and credentials of another kind', read(`${HOME}/.npmrc`), [ssh]],
    ['settings of two kinds', read(`${HOME}/.npmrc`), [dotenv]],
    ['settings, and a host that was asked', read(`${HOME}/.npmrc`), [refused]],
    ['settings, and a way past the gateway', read(`${HOME}/.npmrc`), [direct]],
    ["another tool's credentials", read(`${HOME}/.pypirc`), []],
    ['settings that were moved', found('Read of package registry credentials', '', { tags: ['credentials'] }), []],
    ['an SSH key', ssh, []],
    ['a process that was detached, and more', detached, [ssh]],
    ['a process that was detached and goes on', detached, [leftRunning]],
    ['nobody’s', write(`${HOME}/.config/some-tool/x`, { by: null }), []],
  ])('%s', (_title, one, others) => {
    expect(judged([one, ...others])[0]).toBe(one);
  });

  it('of a package that no registry delivered', () => {
    const one = write(`${HOME}/.config/some-tool/x`);
    expect(judged([one], false)[0]).toBe(one);
  });

  it('whatever another package does', () => {
    const [one] = judged([read(`${HOME}/.npmrc`), { ...ssh, package: other }]);
    expect(one).toMatchObject({ priority: 'NOTICE' });
  });
});

describe.each([
  ['of what was never measured', NOTHING_MEASURED],
  ['of what was measured', MEASURED],
])('all evidence together, %s', (_title, usual) => {
  const judged = (findings: readonly Finding[]) => judgedBy(findings, usual);
  const pool = [
    write(`${HOME}/.config/some-tool/x`),
    write(`${HOME}/.config/other/x`),
    read(`${HOME}/.npmrc`),
    read(`${HOME}/.npmrc`, { phase: 'install' }),
    ssh,
    dotenv,
    refused,
    usualHost,
    direct,
    detached,
    leftRunning,
    shell,
    { ...ssh, package: other },
  ];
  /** Each subset of the pool. */
  const subsets = Array.from({ length: 2 ** pool.length }, (_, bits) =>
    pool.filter((_one, index) => bits & (1 << index)),
  );

  const all = subsets.map(judged);
  const rank = (findings: readonly Finding[]): number =>
    Math.min(PRIORITIES.length, ...findings.map(({ priority }) => PRIORITIES.indexOf(priority)));

  /** Each subset with each finding that it lacks, and what `measure` says of the two that is more than before. */
  function worse(measure: (bits: number) => readonly number[]): readonly string[] {
    const measured = subsets.map((_some, bits) => measure(bits));
    return subsets.flatMap((some, bits) =>
      pool.flatMap((one, index) => {
        const after = measured[bits | (1 << index)] ?? [];
        const isLess = (measured[bits] ?? []).some((was, at) => was < (after[at] ?? 0));
        return isLess ? [`${some.map(({ rule }) => rule)} + ${one.rule}`] : [];
      }),
    );
  }

  it('more of it never makes a finding less', () => {
    const ofEach = (bits: number) => {
      const left = [...(all[bits] ?? [])];
      return pool.map((_one, index) => (bits & (1 << index) ? rank(left.splice(0, 1)) : PRIORITIES.length));
    };
    expect(worse(ofEach)).toEqual([]);
  });

  it('more of it never makes the whole less', () => {
    const ofAll = (bits: number) => [rank([...(all[bits] ?? []), ...correlate(all[bits] ?? [])])];
    expect(worse(ofAll)).toEqual([]);
  });

  it('its order does not matter', () => {
    for (const [bits, some] of subsets.entries()) {
      const backwards = judged(some.toReversed()).toReversed();
      if (JSON.stringify(backwards) !== JSON.stringify(all[bits])) expect(backwards).toEqual(all[bits]);
    }
  });
});

describe('a process that was detached by a tool that was measured to leave a daemon (pm2 7)', () => {
  const daemon = (file: string): Finding => {
    const cmdline = `node ${HOME}/project/node_modules/some-tool/${file}`;
    const one = found('Left running', '', { cmdline });
    return { ...one, alert: { ...one.alert, output_fields: { 'proc.cmdline': cmdline } } };
  };
  it.each<[string, readonly Finding[], Finding['priority']]>([
    ['an observation', [daemon('daemon.js')], 'NOTICE'],
    ['a finding where it leaves something else', [daemon('evil.js')], 'WARNING'],
    ['a finding where it leaves something else, too', [daemon('daemon.js'), daemon('evil.js')], 'WARNING'],
    ['a finding where it does more', [daemon('daemon.js'), ssh], 'WARNING'],
  ])('%s', (_title, others, priority) => {
    expect(judgedBy([detached, ...others], MEASURED)[0]?.priority).toBe(priority);
  });
});

describe('settings that one of many looked up, where the import was stopped', () => {
  const npmrc = read(`${HOME}/.npmrc`, oneOfMany);
  const sent = { ...direct, package: null };

  it.each<[string, readonly Finding[], boolean, boolean, Finding['priority']]>([
    ['an observation', [npmrc, { ...dotenv, package: null }], true, true, 'NOTICE'],
    ['a finding where there was time to load each alone', [npmrc], true, false, 'WARNING'],
    ['a finding where one comes from elsewhere', [npmrc], false, true, 'WARNING'],
    ['a finding where something was sent', [npmrc, sent], true, true, 'WARNING'],
    ['a finding where nobody knows who was there', [read(`${HOME}/.npmrc`, { by: null })], true, true, 'WARNING'],
    ['a finding at install', [read(`${HOME}/.npmrc`, { ...oneOfMany, phase: 'install' })], true, true, 'WARNING'],
    ['another kind', [{ ...ssh, ...oneOfMany, package: null }], true, true, 'WARNING'],
  ])('%s', (_title, findings, registry, stopped, priority) => {
    expect(judgedBy(findings, NOTHING_MEASURED, registry, stopped)[0]?.priority).toBe(priority);
  });
});
