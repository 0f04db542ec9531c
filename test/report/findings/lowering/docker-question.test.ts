import { describe, expect, it } from 'vitest';
import { ProcessTree } from '../../../../src/report/attribution/processes/process-tree.js';
import { buildReport } from '../../../../src/report/build.js';
import { alertAt, evidence, folded, IMPORT, PROJECT, pkg, type Start, scriptsOf, startAlert } from '../../evidence.js';

/** As recorded by the sensor when pm2 7.0.4 was called: the image's docker is a script. */
const VERSION = 'docker /usr/local/bin/docker version -f {{.Client.Version}}';
const SCRIPT = scriptsOf('a');
const LOAD: Start = [2, 20, 10, PROJECT, 'node /opt/ci/node/load.cjs a'];

/** The verdict on a package that starts docker when it is loaded, or by its script. */
function verdictOf(cmdline: string, more: Record<string, string> = {}, starts: readonly Start[] = [...IMPORT, LOAD]) {
  const tree = new ProcessTree();
  for (const start of starts) tree.add(startAlert(start));
  tree.add(
    startAlert([3, 30, starts.at(-1)?.[1] ?? 0, PROJECT, cmdline], { 'proc.exepath': '/usr/bin/dash', ...more }),
  );
  const alert = alertAt(4, 'Container engine contacted', { 'proc.pid': '30', 'proc.cmdline': cmdline }, 'CRITICAL');
  const packages = [pkg('.', ['a']), pkg('node_modules/a', [], starts === SCRIPT ? ['install'] : [])];
  return buildReport(evidence({ packages, tree, alerts: [folded({ ...alert, tags: ['escape', 'B41'] })] })).verdict;
}

describe('docker', () => {
  it.each([VERSION, 'docker /usr/local/bin/docker --version', 'docker /usr/local/bin/docker version --format json'])(
    'is asked for its version: %s',
    (cmdline) => expect(verdictOf(cmdline)).toBe('clean'),
  );

  it.each([
    'docker /usr/local/bin/docker',
    'docker /usr/local/bin/docker ps',
    'docker /usr/local/bin/docker run -v /:/host alpine version',
    'docker /usr/local/bin/docker --config /tmp/x version',
    'docker /usr/local/bin/docker version -H tcp://10.0.0.1:2375',
    'docker /usr/local/bin/docker version -f json run',
    'docker /tmp/docker version',
  ])('is asked for more: %s', (cmdline) => expect(verdictOf(cmdline)).toBe('findings'));

  it('is asked with an argument that looks like several', () => {
    expect(verdictOf(VERSION, { 'proc.cmdnargs': '3' })).toBe('findings');
  });

  it('is another program', () => {
    expect(verdictOf(VERSION, { 'proc.exepath': `${PROJECT}/node_modules/a/docker` })).toBe('findings');
  });

  it('is asked by an install script', () => {
    expect(verdictOf(VERSION, {}, SCRIPT)).toBe('findings');
  });
});
