import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatToken } from '../../../src/api/auth/credentials.js';
import type { GitlabSection } from '../../../src/gitlab/correlate/section.js';
import { type FullReport, fullReportSchema } from '../../../src/jobs/full-report.js';
import { document } from '../../gitlab/events.js';
import { dataFolder, eventually, ServiceProcess } from '../../support/service-process.js';
import { projectWithScript } from '../../support/tarballs.js';

const STREAMING_TOKEN = '0123456789abcdef-one';
const AUDIENCE = 'https://packwarden.example';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const data = dataFolder();
let issuerServer: Server;
let issuer = '';
let key: CryptoKey;
let service: ServiceProcess;

/** A GitLab as far as ID tokens go. */
async function startIssuer(): Promise<void> {
  const pair = await generateKeyPair('RS256');
  key = pair.privateKey;
  const keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1' }] };
  issuerServer = createServer((request, response) => {
    const isDiscovery = request.url?.endsWith('/openid-configuration') === true;
    response.end(JSON.stringify(isDiscovery ? { issuer, jwks_uri: `${issuer}/oauth/discovery/keys` } : keys));
  });
  await new Promise<void>((resolve) => issuerServer.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}`;
}

const idToken = (claims: Record<string, unknown> = {}) =>
  new SignJWT({
    project_id: '42',
    project_path: 'acme/shop/web',
    namespace_path: 'acme/shop',
    user_id: '7',
    job_id: '9001',
    pipeline_id: '8001',
    runner_id: 3,
    ref: 'main',
    ref_type: 'branch',
    ref_protected: 'true',
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(key);

const destinations = join(data.path, 'destinations.json');
const configure = (...tokens: readonly string[]): void =>
  writeFileSync(destinations, JSON.stringify({ destinations: [{ id: 'd1', instance: issuer, tokens }] }));

beforeAll(async () => {
  await startIssuer();
  configure(STREAMING_TOKEN);
  service = await ServiceProcess.start({
    PACKWARDEN_DATA_DIR: data.path,
    PACKWARDEN_GITLAB_DESTINATIONS_FILE: destinations,
    PACKWARDEN_GITLAB_ISSUERS: issuer,
    PACKWARDEN_GITLAB_PROJECTS: issuer,
    PACKWARDEN_GITLAB_AUDIENCE: AUDIENCE,
  });
  await service.ready();
});
afterAll(async () => {
  await service?.stop();
  issuerServer.closeAllConnections();
  issuerServer.close();
  data.remove();
});

let eventNumber = 0;

/** Sends an event as GitLab does: raw JSON, labelled a form. `at` in milliseconds beside now. */
async function happened(type: string, at: number, changes: object = {}, details: object = {}): Promise<void> {
  eventNumber += 1;
  const created_at = new Date(Date.now() + at).toISOString();
  const event = document(
    { id: `e2e-${eventNumber}`, event_type: type, created_at, ...changes },
    { n: eventNumber, ...details },
  );
  const response = await fetch(`${service.url}/gitlab/audit-events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-gitlab-event-streaming-token': STREAMING_TOKEN },
    body: JSON.stringify(event),
  });
  expect(response.status).toBe(200);
}

async function submit(tarball: Buffer, token: string): Promise<string> {
  const response = await fetch(`${service.url}/v1/jobs?ecosystem=npm`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${token}` },
    body: new Uint8Array(tarball),
  });
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

const ask = (path: string, token: string) =>
  fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${token}` } });

const remove = (id: string, token: string) =>
  fetch(`${service.url}/v1/jobs/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });

/** Waits for a full report that is as wanted. */
function reportThat(
  id: string,
  token: string,
  what: string,
  wanted: (section: GitlabSection) => boolean,
): Promise<FullReport> {
  return eventually(what, 120_000, async () => {
    const body = (await (await ask(`/v1/jobs/${id}`, token)).json()) as { verdict?: string };
    if (body.verdict === undefined) return undefined;
    const report = fullReportSchema.parse(body);
    return wanted(report.gitlab) ? report : undefined;
  });
}

const byTier = ({ events }: GitlabSection) => events.map(({ tier, window, event }) => [tier, window, event.type]);

describe('a job with an ID token, and the audit events around it', () => {
  it('a package reads a token, the person mints one: both on one page, by tier, and nothing of others', async () => {
    await happened('ci_variable_updated', -HOUR, { author_id: 8 });
    await happened('repository_git_operation', -5_000, {}, { custom_message: { verb: 'clone', protocol: 'http' } });
    await happened(
      'ci_variable_updated',
      0,
      { author_id: 8, entity_id: 43 },
      { entity_path: 'acme/secret', custom_message: 'of others' },
    );
    await happened(
      'variable_viewed_api',
      0,
      { entity_id: 44 },
      { entity_path: 'acme/hidden', custom_message: 'of others' },
    );

    const reading = `try { require('fs').readFileSync(require('os').homedir() + '/.aws/credentials') } catch {}`;
    const token = await idToken();
    const id = await submit(await projectWithScript(reading), token);
    await happened('destroy_pipeline', 1_000, {}, { target_type: 'Ci::Pipeline', target_id: 8001 });
    const first = await reportThat(id, token, 'the report', ({ events }) => events.length >= 3);
    expect(first.verdict).toBe('findings');
    expect(first.gitlab).toMatchObject({
      status: 'waiting',
      raised: true,
      context: { verified: true, projectId: '42' },
    });
    expect(byTier(first.gitlab).sort()).toEqual([
      ['T2', 'during', 'destroy_pipeline'],
      ['T5', 'before', 'ci_variable_updated'],
      ['T6', 'during', 'variable_viewed_api'],
    ]);
    expect(first.gitlab.baseline).toBe(1);

    // Two minutes later, and late: the report has been read already.
    await happened(
      'personal_access_token_created',
      2 * MINUTE,
      { entity_type: 'User', entity_id: 7 },
      { entity_path: 'alice' },
    );
    const second = await reportThat(id, token, 'the late event', ({ sequences }) => sequences.length > 0);
    expect(second.gitlab.sequences).toMatchObject([
      { name: 'credential-harvest', relation: 'correlated', findings: [expect.any(String)] },
    ]);
    expect(second.gitlab.version).toBeGreaterThan(first.gitlab.version);
    expect(second.gitlab.alerts.map(({ rule }) => rule)).toContain('GitLab - CI/CD variable changed');
    for (const foreign of ['of others', 'acme/secret', 'acme/hidden'])
      expect(JSON.stringify(second)).not.toContain(foreign);
    // What the worker wrote is what it was.
    const { gitlab: _before, ...written } = first;
    const { gitlab: _after, ...still } = second;
    expect(still).toEqual(written);

    // A removed job leaves nothing of it behind.
    const redis = new Redis(join(data.path, 'redis', 'redis.sock'));
    const kept = () => redis.keys(`*${id}*`);
    expect(await kept()).toContain(`packwarden:gitlab:correlation:${id}`);
    expect((await remove(id, token)).status).toBe(204);
    expect(await kept()).toEqual([]);
    redis.disconnect();
  });

  it('another project sees neither the job nor the alerts', async () => {
    const token = await idToken();
    const other = await idToken({ project_id: '43', project_path: 'acme/secret' });
    const id = await submit(await projectWithScript(''), token);
    expect((await ask(`/v1/jobs/${id}`, other)).status).toBe(403);
    expect((await ask('/v1/gitlab/alerts?project=42', other)).status).toBe(403);
    const unprotected = await idToken({ ref: 'feature', ref_protected: 'false' });
    expect((await ask('/v1/gitlab/alerts', unprotected)).status).toBe(403);
    const own = (await (await ask('/v1/gitlab/alerts', token)).json()) as { alerts: { project: { id: string } }[] };
    expect(own.alerts.length).toBeGreaterThan(0);
    expect(new Set(own.alerts.map(({ project }) => project.id))).toEqual(new Set(['42']));
  });

  it('a new token, hashed in the file, is known after SIGHUP, and the old one no longer', async () => {
    const token = 'fedcba9876543210-two';
    const sent = async (as: string) => {
      const headers = { 'x-gitlab-event-streaming-token': as };
      return (await fetch(`${service.url}/gitlab/audit-events`, { method: 'POST', headers, body: '[]' })).status;
    };
    expect([await sent(STREAMING_TOKEN), await sent(token)]).toEqual([200, 401]);
    configure(formatToken('gitlab', token));
    service.child.kill('SIGHUP');
    await eventually('the new token', 10_000, async () => (await sent(token)) === 200 || undefined);
    expect(await sent(STREAMING_TOKEN)).toBe(401);
    configure();
    service.child.kill('SIGHUP');
    await eventually('the refusal', 10_000, () => service.output.includes('destinations not reloaded') || undefined);
    expect(await sent(token)).toBe(200);
    expect(service.output).not.toContain(token);
  });

  it('without a token nothing is taken, and the figures tell what came', async () => {
    expect((await fetch(`${service.url}/v1/gitlab/alerts`)).status).toBe(401);
    const metrics = await (await ask('/metrics', await idToken())).text();
    expect(metrics).toMatch(/packwarden_gitlab_events_judged_total\{outcome="new"\} [1-9]/);
    expect(metrics).toMatch(
      /packwarden_gitlab_alerts_total\{rule="GitLab - CI\/CD variable changed",priority="WARNING"\} 2/,
    );
    expect(service.output).not.toContain(STREAMING_TOKEN);
  });
});
