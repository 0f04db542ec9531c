import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OWN_RULE_FILES } from '../../src/app/own-rules.js';
import { CATALOGS } from '../../src/cli/rules/catalogs.js';
import { runRules } from '../../src/cli/rules/command.js';
import { lintRules } from '../../src/rules/index.js';
import { folderOf } from '../cli/run-cli.js';
import { ruleFile } from './shared-data.js';
import { ruleText } from './support.js';

/** The result of `packwarden rules lint --engine VERSION` for a file: its exit code, and what that engine does not support. */
async function lint(text: string, engine: string): Promise<{ code: number; newer: string[] }> {
  const folder = folderOf({ 'a.yaml': text });
  let out = '';
  const io = {
    out: (more: string) => {
      out += more;
    },
    err: () => undefined,
  };
  const code = await runRules(['lint', '--format', 'json', '--engine', engine, `${folder.path}/a.yaml`], io);
  folder.remove();
  const found = JSON.parse(out) as { code: string; message: string; line: number; column: number }[];
  const newer = found.filter((one) => one.code === 'NEWER_ENGINE');
  return { code, newer: newer.map(({ message, line, column }) => `${line}:${column} ${message.split(': ')[1]}`) };
}

const EXECVE = 'evt.type = execve and';

describe('what an older engine would not take', () => {
  it.each([
    ['nothing', ruleText('R', `${EXECVE} proc.name = sh`), '0.46', []],
    [
      'a check with a modifier',
      `- rule: R\n  desc: d\n  condition: ${EXECVE} proc.name startswith anyof (a, b)\n  output: x\n  priority: INFO\n`,
      '0.46',
      ["3:36 there is no 'anyof' before a list"],
    ],
    ['the same, for an engine that has it', ruleText('R', `${EXECVE} proc.name startswith anyof (a, b)`), '0.62', []],
    [
      'a byte',
      `- rule: R\n  desc: d\n  condition: ${EXECVE} fd.name contains '\\xe9'\n  output: x\n  priority: INFO\n`,
      '0.62.0',
      [String.raw`3:54 there is no escape \xHH`],
    ],
    ['a byte, for an engine that has it', ruleText('R', String.raw`${EXECVE} fd.name contains "\xe9"`), '0.63', []],
    ['a backslash before an x', ruleText('R', String.raw`${EXECVE} fd.name contains "\\xe9"`), '0.46', []],
    [
      'the plugin of later containers',
      '- required_plugin_versions:\n    - name: container\n      version: 0.4.0\n',
      '46',
      ['2:13 there is no plugin container'],
    ],
    ['a requirement', '- required_engine_version: 0.57.0\n', '0.46', ['1:28 engine 0.57.0 is required']],
    [
      'an exception that compares with a list',
      `- rule: R\n  desc: d\n  condition: evt.type = execve\n  output: x\n  priority: INFO\n  exceptions:\n    - name: e\n      fields: proc.cmdline\n      comps: startswith anyof\n      values: [a, b]\n`,
      '0.46',
      ["7:7 there is no 'anyof' before a list"],
    ],
    [
      'a macro with join',
      `- macro: m\n  condition: (join("/", proc.aname) contains x)\n${ruleText('R', `${EXECVE} m`)}`,
      '0.46',
      ["2:15 there is no 'join()'"],
    ],
  ])('%s', async (_title, text, engine, expected) => {
    const { newer } = await lint(text, engine);
    expect(newer).toEqual(expected);
  });

  it('is an error', async () => {
    expect((await lint('- required_engine_version: 0.57.0\n', '0.46')).code).toBe(1);
    expect((await lint('- required_engine_version: 0.57.0\n', '0.57')).code).toBe(0);
  });

  it.each(['', 'new', '0.x', '1.2.3.4'])('no version: %j', async (engine) => {
    await expect(lint('', engine)).rejects.toThrow('--engine must be a version');
  });
});

it('our own rules are for the oldest Falco that we name', () => {
  const files = OWN_RULE_FILES.map((file) => ruleFile(`rules/${basename(file)}`));
  expect(lintRules(files, CATALOGS, { engine: [0, 46, 0] })).toEqual([]);
});
