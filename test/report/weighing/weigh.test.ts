import { describe, expect, it } from 'vitest';
import { NOTHING_MEASURED } from '../../../src/report/behaviours/usual.js';
import type { Finding } from '../../../src/report/finding.js';
import {
  asked,
  BIN,
  detached,
  direct,
  dotenv,
  found,
  HOME,
  judged,
  judgedBy,
  leftRunning,
  MEASURED,
  moved,
  oneOfMany,
  other,
  read,
  refused,
  shell,
  ssh,
  tool,
  write,
} from './weighed.js';

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

  it('of a package that did not come from a registry', () => {
    const one = write(`${HOME}/.config/some-tool/x`);
    expect(judged([one], false)[0]).toBe(one);
  });

  it('regardless of what another package does', () => {
    const [one] = judged([read(`${HOME}/.npmrc`), { ...ssh, package: other }]);
    expect(one).toMatchObject({ priority: 'NOTICE' });
  });
});

describe('a process detached by a tool that was measured to leave a daemon running (pm2 7)', () => {
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

describe('settings read by one of many packages when the import was stopped', () => {
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
