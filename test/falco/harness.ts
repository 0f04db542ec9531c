import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Alert } from '../../src/falco/alert.js';
import type { GrpcTarget } from '../../src/falco/grpc-client.js';
import { GrpcAlertSource, type GrpcSourceOptions } from '../../src/falco/grpc-source.js';
import type { AlertListener } from '../../src/falco/source.js';

export const silent = pino({ level: 'silent' });

/** What a real Falco 0.40 said; absent where only this repository is checked out. */
export const RECORDINGS = fileURLToPath(new URL('../../../shared/falco/alerts', import.meta.url));
export const noRecordings = !existsSync(RECORDINGS);

/** The decoded gRPC messages of one recording. */
export function recorded(name: string): readonly Record<string, unknown>[] {
  return JSON.parse(readFileSync(join(RECORDINGS, name), 'utf8')) as Record<string, unknown>[];
}

/** A well-formed message, changed as a test wants it. */
export function message(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    time: { seconds: '1795224943', nanos: 906821998 },
    priority: 'WARNING',
    source: 'syscall',
    rule: 'Read sensitive file untrusted',
    output: '01:35:43.906821998: Warning Sensitive file opened',
    output_fields: { 'container.id': '873a693c3af9', 'proc.cmdline': 'cat /etc/shadow', 'fd.name': '/etc/shadow' },
    hostname: 'vm',
    tags: ['T1555'],
    ...change,
  };
}

/** Notes what a source says, in order: `connected 0.43.1`, `alert RULE`, `malformed`, `disconnected REASON`. */
export class Notes implements AlertListener {
  readonly log: string[] = [];
  readonly alerts: Alert[] = [];

  alert(alert: Alert): void {
    this.alerts.push(alert);
    this.log.push(`alert ${alert.rule}`);
  }

  malformed(): void {
    this.log.push('malformed');
  }

  connected(version: string): void {
    this.log.push(`connected ${version}`);
  }

  disconnected(reason: string): void {
    this.log.push(`disconnected ${reason}`);
  }

  count(prefix: string): number {
    return this.log.filter((line) => line.startsWith(prefix)).length;
  }
}

/** A source with short times. */
export function sourceOf(target: GrpcTarget, change: Partial<GrpcSourceOptions> = {}): GrpcAlertSource {
  return new GrpcAlertSource({
    target,
    logger: silent,
    random: () => 0.5,
    now: () => performance.now(),
    pollMs: 5,
    probeTimeoutMs: 500,
    heartbeatMs: 200,
    minBackoffMs: 10,
    maxBackoffMs: 50,
    ...change,
  });
}

/** A folder that is gone after the test. */
export async function scratch(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'packwarden-falco-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Waits until `condition` holds. @throws after `deadlineMs` */
export async function until(condition: () => boolean, deadlineMs = 10_000): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
