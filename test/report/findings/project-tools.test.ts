import { describe, expect, it } from 'vitest';
import { PACKAGE_CODE_RULE, PackageCodeReads } from '../../../src/report/attribution/files/package-code-reads.js';
import { buildReport } from '../../../src/report/build.js';
import { ProjectWrites, WRITE_RULE } from '../../../src/report/evidence/project-writes.js';
import type { Report } from '../../../src/report/report.js';
import { alertAt, evidence, folded, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../evidence.js';

const TOOL = `node ${PROJECT}/node_modules/tool/cli.js`;
const OWN = 'node scripts/setup.js';
const packages = [
  pkg('.', ['tool', 'victim'], ['postinstall']),
  pkg('node_modules/tool'),
  pkg('node_modules/victim', [], ['postinstall']),
];

/** The project's own script starts something; a victim's script runs afterwards. */
const started = (cmdline: string): readonly Start[] => [
  ...scriptsOf('project'),
  [2, 20, 10, PROJECT, cmdline],
  ...scriptsOf('victim', 30).map(([at, ...rest]): Start => [at + 5, ...rest]),
  [7, 40, 30, `${PROJECT}/node_modules/victim`, 'node index.js'],
];

function reportOf(cmdline: string, changes: { alerts?: object[]; writes?: string[]; opened?: string[] }): Report {
  const writes = new ProjectWrites();
  for (const path of changes.writes ?? []) {
    writes.add(alertAt(3, WRITE_RULE, { 'proc.pid': '20', 'fd.name': `${PROJECT}/${path}` }, 'DEBUG'));
  }
  const codeReads = new PackageCodeReads();
  for (const folder of changes.opened ?? []) {
    const file = `${PROJECT}/node_modules/${folder}/index.js`;
    codeReads.add(alertAt(2.5, PACKAGE_CODE_RULE, { 'proc.pid': '20', 'fd.name': file }, 'DEBUG'));
  }
  const alerts = (changes.alerts ?? []) as ReturnType<typeof folded>[];
  return buildReport(evidence({ packages, tree: treeOf(started(cmdline)), writes, codeReads, alerts }));
}

function changed(rule: string, file: string) {
  const alert = {
    ...alertAt(4, rule, { 'proc.pid': '20', 'fd.name': `${PROJECT}/${file}` }),
    tags: ['project_settings'],
  };
  return folded(alert);
}

const found = ({ findings }: Report) => findings.map(({ rule, package: by }) => [rule, by?.name]);
const WORKFLOW = ['CI configuration changed', '.github/workflows/x.yml'] as const;

describe("a tool that the project's own script starts", () => {
  it.each<[string, string]>([
    [...WORKFLOW],
    ['Editor or assistant settings changed', '.vscode/tasks.json'],
    ['Editor or assistant settings changed', '.claude/settings.json'],
  ])('%s is its doing: %s', (rule, file) => {
    expect(found(reportOf(TOOL, { alerts: [changed(rule, file)] }))).toEqual([[rule, 'tool']]);
  });

  it.each([
    ['Git hook written', '.git/hooks/pre-commit'],
    ['Git hook written', '.husky/_/pre-commit'],
  ])('%s is what it is for: %s', (rule, file) => {
    expect(found(reportOf(TOOL, { alerts: [changed(rule, file)] }))).toEqual([]);
  });

  it('may patch a package, which is an observation, and what that package does then is the doing of the tool', () => {
    const read = alertAt(8, 'Read of an SSH key', { 'proc.pid': '40', 'fd.name': '/home/ci/.ssh/id_rsa' });
    const report = reportOf(TOOL, { writes: ['node_modules/victim/index.js'], alerts: [folded(read)] });
    expect(found(report)).toEqual([['Read of an SSH key', 'tool']]);
    expect(report.observations.map(({ rule, package: by, ranBy }) => [rule, by?.name, ranBy?.name])).toContainEqual([
      "Write into another package's folder",
      'tool',
      'app',
    ]);
  });

  it.each(['node_modules/left-pad/index.js', 'node_modules/.bin/vitest'])(
    'puts no module or command there: %s',
    (file) => {
      const rule = 'Module or command put beside the installed packages';
      expect(found(reportOf(TOOL, { writes: [file] }))).toEqual([[rule, 'tool']]);
    },
  );
});

describe("the project's own code in its own script", () => {
  it('changes the settings of the project', () => {
    expect(found(reportOf(OWN, { alerts: [changed(...WORKFLOW)] }))).toEqual([]);
  });

  it('may not be what changes them where code of a package runs in the process too', () => {
    const report = reportOf(OWN, { alerts: [changed(...WORKFLOW)], opened: ['tool'] });
    expect(report.findings).toMatchObject([{ rule: WORKFLOW[0], package: { name: 'app' }, orBy: [{ name: 'tool' }] }]);
  });

  it('writes what it likes', () => {
    const writes = ['node_modules/victim/index.js', 'node_modules/left-pad/index.js', 'vite.config.js'];
    expect(found(reportOf(OWN, { writes }))).toEqual([]);
  });

  const listed = () => folded(alertAt(4, 'Credential asked of a tool', { 'proc.pid': '20' }));

  it('asks git for its settings', () => {
    expect(found(reportOf('git config --global --list', { alerts: [listed()] }))).toEqual([]);
  });

  it('asks for no more than these, and the tool that it starts does not ask', () => {
    const rule = 'Credential asked of a tool';
    expect(found(reportOf('git config --get-urlmatch http https://a.b', { alerts: [listed()] }))).toEqual([
      [rule, 'app'],
    ]);
    expect(found(reportOf(TOOL, { alerts: [listed()] }))).toEqual([[rule, 'tool']]);
  });
});
