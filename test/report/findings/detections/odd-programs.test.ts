import { expect, it } from 'vitest';
import { buildReport } from '../../../../src/report/build.js';
import { evidence, PROJECT, pkg, type Start, scriptsOf, startAlert, treeOf } from '../../evidence.js';

const folder = (name: string): string => `${PROJECT}/node_modules/${name}`;
const packages = [
  pkg('.', ['noisy', 'quiet']),
  pkg('node_modules/noisy', [], ['postinstall']),
  pkg('node_modules/quiet', [], ['postinstall']),
];

it('a package that starts many odd programs does not hide one that starts a single one', () => {
  const many = Array.from(
    { length: 30 },
    (_, at): Start => [2 + at / 100, 100 + at, 10, folder('noisy'), 'runc init of my own'],
  );
  const tree = treeOf([...scriptsOf('noisy'), ...scriptsOf('quiet', 60)]);
  for (const start of [...many, [5, 61, 60, folder('quiet'), 'containerd-shim -namespace moby'] as const]) {
    tree.add(startAlert(start, { 'proc.exepath': '/usr/local/bin/node' }));
  }
  const { findings } = buildReport(evidence({ packages, tree }));
  const odd = findings.filter(({ rule }) => rule === 'Program named like the container engine');
  expect(odd.map((finding) => finding.package?.name).toSorted()).toEqual(['noisy', 'quiet']);
});
