import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../../src/falco/alert.js';
import { ActingMarks } from '../../../../src/report/attribution/acting-marks.js';
import { buildReport } from '../../../../src/report/build.js';
import { MARK_RULE } from '../../../../src/report/evidence/load-groups.js';
import { ProjectWrites, WRITE_RULE } from '../../../../src/report/evidence/project-writes.js';
import { Steps } from '../../../../src/report/evidence/steps.js';
import type { Finding } from '../../../../src/report/finding.js';
import { alertAt, evidence, folded, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../../evidence.js';

const KEY = '/home/ci/.ssh/id_rsa';
const SECRET = 'a'.repeat(32);
const RULE = 'Read of an SSH key';
const module = (name: string): string => `${PROJECT}/node_modules/${name}`;

/** `host` and `thief` are loaded alone, by pids 20 and 30; pid 21 is a program that the load of `host` started. */
const TREE: readonly Start[] = [
  [9.8, 10, 9, PROJECT, 'confine step=alone node /opt/ci/import-all.mjs'],
  [9.9, 10, 9, PROJECT, 'node /opt/ci/import-all.mjs'],
  [10, 20, 10, PROJECT, `node /opt/ci/node/load.cjs host ${PROJECT} 3000`],
  [12.5, 21, 20, PROJECT, 'cat key'],
  [16, 30, 10, PROJECT, `node /opt/ci/node/load.cjs ${module('thief')} ${PROJECT} 3000`],
];
const packages = [
  pkg('.', ['host']),
  pkg('node_modules/host', ['lodash'], ['postinstall']),
  pkg('node_modules/lodash'),
  pkg('node_modules/thief', [], ['postinstall']),
];
const steps = new Steps();
steps.add({ id: 'alone', kind: 'load', folder: null, secret: SECRET });
steps.add({ id: 'scripts:thief', kind: 'scripts', folder: module('thief') });

type Mark = readonly [second: number, name: string, secret?: string, pid?: number, label?: string];
const MARKS: readonly Mark[] = [
  [10.1, 'host'],
  [11, 'lodash'],
  [11.5, 'host'],
  [12, 'thief'],
  [13, 'host'],
];

function markAlert([second, name, secret = SECRET, pid = 20, label]: Mark): Alert {
  const encoded = Buffer.from(name.startsWith('/') ? name : module(name)).toString('hex');
  const path = `/opt/ci/at/${secret}/${encoded}${label === undefined ? '' : `.${label}`}`;
  return alertAt(second, MARK_RULE, { 'proc.pid': String(pid), 'fd.name': path });
}

const read = (second: number, pid = 20, file = KEY): Alert =>
  alertAt(second, RULE, { 'proc.pid': String(pid), 'fd.name': file });

function reportOf(alerts: readonly Alert[], marks: readonly Mark[] = MARKS) {
  const acting = new ActingMarks();
  for (const mark of marks) acting.add(markAlert(mark));
  const phaseStarts = [{ name: 'import', at: Number(alertAt(5, '', {}).time.seconds) * 1000 }] as const;
  return buildReport(
    evidence({ packages, tree: treeOf(TREE), steps, acting, alerts: alerts.map((one) => folded(one)), phaseStarts }),
  );
}

const named = ({ package: by, ranBy, orBy }: Finding) => [by?.name, ranBy?.name, orBy?.map(({ name }) => name)];

describe("which package's code acted while a package was loaded", () => {
  it.each<[title: string, alert: Alert, marks: readonly Mark[], expected: unknown[]]>([
    ['the one that the mark before it names', read(12.2), MARKS, ['thief', 'host', ['host', 'lodash']]],
    ['the loaded one itself, behind its own mark', read(13.5), MARKS, ['host', undefined, ['thief', 'lodash']]],
    ['nobody but those who were there by then', read(11.7), MARKS, ['host', undefined, ['lodash']]],
    ['by whoever started a program, when it was started', read(14, 21), MARKS, ['thief', 'host', ['host', 'lodash']]],
    ['as before without marks', read(12.2), [], ['host', undefined, undefined]],
    [
      'as before where the marks have another secret',
      read(12.2),
      [[12, 'thief', 'b'.repeat(32)]],
      ['host', undefined, undefined],
    ],
    [
      'as before where another process set them',
      read(12.2),
      [[12, 'thief', SECRET, 30]],
      ['host', undefined, undefined],
    ],
    [
      'the loaded one where a mark names no package',
      read(12.2),
      [
        [10.1, 'host'],
        [12, '/tmp'],
      ],
      ['host', undefined, undefined],
    ],
    [
      'never the project, whose folder may hold any files',
      read(12.2),
      [
        [10.1, 'host'],
        [12, PROJECT],
      ],
      ['host', undefined, undefined],
    ],
    [
      'who asked for the file, though somebody else runs by the time that it is read',
      read(13.5),
      [...MARKS, [12.1, 'thief', SECRET, 20, '1549191772']].toSorted((a, b) => Number(a[0]) - Number(b[0])) as Mark[],
      ['thief', 'host', ['host', 'lodash']],
    ],
  ])('%s', (_title, alert, marks, expected) => {
    const { findings } = reportOf([alert], marks);
    expect(findings.map(named)).toEqual([expected]);
  });

  it('is the one that put a module beside the packages, where another one finds it', () => {
    const writes = new ProjectWrites();
    const planted = { 'proc.pid': '6', 'evt.type': 'openat', 'fd.name': module('fsevents/index.js') };
    writes.add(alertAt(3, WRITE_RULE, planted, 'DEBUG'));
    const acting = new ActingMarks();
    for (const mark of [
      [10.1, 'host'],
      [11, 'fsevents'],
    ] as const)
      acting.add(markAlert(mark));
    const tree = treeOf([...scriptsOf('thief', 5), [2, 6, 5, module('thief'), 'node setup.js'], ...TREE]);
    const { findings } = buildReport(evidence({ packages, tree, steps, acting, writes, alerts: [folded(read(12.2))] }));
    expect(findings.filter(({ rule }) => rule === RULE).map(named)).toEqual([['thief', 'host', ['host']]]);
  });

  it('recommends none of the packages that were present', () => {
    const { allowScripts, packages: rows } = reportOf([read(13.5)]);
    expect(allowScripts.recommended).toEqual([]);
    expect(rows.map(({ name, notRecommended }) => [name, notRecommended !== undefined])).toEqual([
      ['host', true],
      ['thief', true],
    ]);
  });

  it('is one finding where the same package does the same when it is loaded alone', () => {
    const { findings, observations } = reportOf([read(12.2), read(16.5, 30)]);
    expect(findings.map(named)).toEqual([['thief', undefined, undefined]]);
    expect(observations.map(named)).toEqual([['thief', 'host', ['host', 'lodash']]]);
  });

  it('is two findings where another one does the same when it is loaded alone', () => {
    const { findings } = reportOf([read(13.5), read(16.5, 30)]);
    expect(findings.map(named)).toEqual([
      ['host', undefined, ['thief', 'lodash']],
      ['thief', undefined, undefined],
    ]);
  });

  it('names all packages that were present at one of the places', () => {
    const { findings } = reportOf([read(11.7), read(13.5, 20, '/home/ci/.ssh/id_ed25519')]);
    expect(findings.map(named)).toEqual([['host', undefined, ['lodash', 'thief']]]);
  });
});

describe('marks', () => {
  it('that were too many to remember are reported', () => {
    const acting = new ActingMarks();
    const mark = markAlert([1, 'host']);
    for (let count = 0; count < 200_001; count += 1) acting.add(mark);
    expect(acting.overflowed).toBe(1);
  });
});
