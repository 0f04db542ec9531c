import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import { type Check, fail, type Host, pass, reasonOf, warn } from './host.js';

const DAY_MS = 86_400_000;
const SOON_MS = 14 * DAY_MS;
const CERTIFICATES = ['PACKWARDEN_CA_FILE', 'PACKWARDEN_FALCO_CA', 'PACKWARDEN_FALCO_CERT'] as const;
const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Checks the registry, and compares the clock with those of the registry and Redis. */
export async function registryAndClock(host: Host, config: Config, redisMs: number | null): Promise<readonly Check[]> {
  const url = config.PACKWARDEN_REGISTRY;
  const clocks: [string, number][] = redisMs === null ? [] : [['Redis', redisMs - host.nowMs()]];
  let registry: Check;
  try {
    const { status, dateMs } = await host.get(url);
    // Some registries refuse an unauthenticated request, but that shows that they are reachable.
    registry =
      status < 500
        ? pass('registry', `${url} answers`)
        : warn('registry', `${url} answers ${status}`, 'try again later');
    if (dateMs !== null) clocks.push([url, dateMs - host.nowMs()]);
  } catch (error) {
    const isIndirect = config.PACKWARDEN_UPSTREAM_PROXY !== undefined;
    const fix = 'allow connections to it, or set PACKWARDEN_REGISTRY, PACKWARDEN_UPSTREAM_PROXY or PACKWARDEN_CA_FILE';
    const message = `${url} does not answer: ${reasonOf(error)}`;
    registry = isIndirect
      ? warn('registry', `${message} (tried without the proxy)`, fix)
      : fail('registry', message, fix);
  }
  return [registry, clock(clocks)];
}

/** Compares our clock with others, which are only known to the second. */
function clock(clocks: readonly (readonly [string, number])[]): Check {
  const [furthest] = [...clocks].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  if (furthest === undefined)
    return warn('clock', 'no other clock to compare with', 'make sure that NTP runs: timedatectl');
  const [who, offMs] = furthest;
  const off = `${Math.round(Math.abs(offMs) / 1000)} s ${offMs > 0 ? 'behind' : 'ahead of'} ${who}`;
  if (Math.abs(offMs) > 60_000) return fail('clock', off, 'let NTP set it: timedatectl set-ntp true');
  if (Math.abs(offMs) > 5_000) return warn('clock', off, 'let NTP set it: timedatectl set-ntp true');
  return pass('clock', `within 5 s of ${clocks.map(([name]) => name).join(' and ')}`);
}

/** Checks the configured certificates, and the program that creates the gateway's certificates. */
export async function certificateChecks(host: Host, config: Config): Promise<readonly Check[]> {
  const program = (await host.hasProgram('openssl'))
    ? pass('openssl', "found; it creates the gateway's certificates")
    : fail(
        'openssl',
        "openssl was not found: the gateway's certificates can't be created",
        'install it (scripts/setup --only packages)',
      );
  const checks: Check[] = [program];
  for (const setting of CERTIFICATES) {
    const path = config[setting];
    if (path !== undefined) checks.push(certificate(setting, path, await host.readText(path), host.nowMs()));
  }
  return checks;
}

function certificate(setting: string, path: string, text: string | null, nowMs: number): Check {
  const name = `certificate ${setting}`;
  const fix = `correct ${setting}, or put a valid certificate there`;
  if (text === null) return fail(name, `${path} can't be read`, fix);
  const ends = [...text.matchAll(PEM)].map(([pem]) => endOf(pem));
  const [last] = ends.filter((end) => !Number.isNaN(end)).sort((a, b) => b - a);
  if (last === undefined) return fail(name, `${path} contains no certificate`, fix);
  // A bundle usually contains some expired certificates.
  const date = new Date(last).toISOString().slice(0, 10);
  if (last < nowMs) return fail(name, `${path} expired on ${date}`, fix);
  if (last < nowMs + SOON_MS) return warn(name, `${path} expires on ${date}`, fix);
  return pass(name, `${path}, valid until ${date}`);
}

function endOf(pem: string): number {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return Number.NaN;
  }
}

const readySchema = z.object({
  parts: z.record(
    z.string(),
    z.object({ ready: z.boolean(), reason: z.string().optional(), canaryMs: z.number().optional() }),
  ),
});

/** Checks the running service of this configuration: whether its canary has passed the whole chain. */
export async function serviceChecks(host: Host, config: Config): Promise<readonly Check[]> {
  const name = 'service';
  const url = `http://${config.PACKWARDEN_HOST}:${config.PACKWARDEN_PORT}/readyz`;
  try {
    const { status, text } = await host.get(url);
    const parts = Object.entries(readySchema.parse(JSON.parse(text)).parts);
    const canary = parts.find(([, { canaryMs }]) => canaryMs !== undefined)?.[1].canaryMs;
    const proof =
      canary === undefined
        ? 'it has no worker, so no canary was sent'
        : `its canary came back in ${Math.round(canary)} ms`;
    if (status === 200) return [pass(name, `${url}: ready; ${proof}`)];
    const faults = parts
      .filter(([, { ready }]) => !ready)
      .map(([part, { reason }]) => `${part}: ${reason ?? 'not ready'}`);
    return [fail(name, `${url}: ${faults.join('; ')}`, 'fix these parts; /readyz always shows the current state')];
  } catch (error) {
    return [
      warn(
        name,
        `no service answers at ${url} (${reasonOf(error)}), so the whole chain was not tested`,
        'start the service, then run this command again',
      ),
    ];
  }
}
