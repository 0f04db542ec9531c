import { candidates } from '../ecosystems/choose.js';
import { type Gateway, openGateway } from '../egress/gateway.js';
import { narrowed } from '../egress/mode.js';
import { DEFAULT_ALLOW } from '../egress/policy.js';
import { makeIdentity, type PrivateRegistry } from '../egress/registry.js';
import type { PlantedSecret } from '../egress/secret-matcher.js';
import type { SandboxPlan } from '../jobs/ports.js';
import type { Decoys } from './decoys/decoy.js';
import { inTime } from './docker-call.js';
import type { SandboxOptions } from './options.js';

/** A sandbox's gateway, and what programs in it must trust to use it. */
export interface WayOut {
  readonly gateway: Gateway;
  /** PEM: certificate authorities beside the public ones; undefined where there are none. */
  readonly ca: string | undefined;
}

/** Opens the gateway of one job at `address`. @throws GatewayError, SandboxError when it takes too long */
export async function openWayOut(
  options: SandboxOptions,
  plan: SandboxPlan,
  decoys: Decoys,
  address: string,
): Promise<WayOut> {
  const { egress, clock, log, extraCa, maxEgress = egress.mode, upstreamProxy } = options;
  const known = privateRegistries(options);
  const registries = known.length === 0 ? undefined : { known, identity: await makeIdentity(known) };
  const publicHosts = candidates(plan.ecosystem).flatMap((manager) => manager.registryHosts(options.registry));
  const opening = openGateway({
    address,
    policy: {
      mode: narrowed(plan.egress ?? egress.mode, maxEgress),
      allow: [...(egress.allow ?? DEFAULT_ALLOW), ...publicHosts],
    },
    clock,
    logger: log,
    secrets: secretsOf(decoys),
    ca: extraCa,
    ...(registries === undefined ? {} : { registries }),
    ...(upstreamProxy === undefined ? {} : { upstream: { url: upstreamProxy } }),
  });
  const gateway = await inTime('opening the gateway', opening);
  const trusted = [extraCa, registries?.identity.cert].filter((pem) => pem !== undefined);
  return { gateway, ca: trusted.length === 0 ? undefined : trusted.join('\n') };
}

/**
 * The registries with credentials, and those without that stand on the same hosts: the gateway answers in the place of a host and
 * passes on what is asked of a registry that it knows, nothing else.
 */
export function privateRegistries({
  registry,
  registries = [],
}: Pick<SandboxOptions, 'registry' | 'registries'>): readonly PrivateRegistry[] {
  const places = new Set(
    registries.flatMap(({ url, authorization }) => (authorization === undefined ? [] : [new URL(url).origin])),
  );
  return [...registries, { url: registry }].filter(({ url }) => places.has(new URL(url).origin));
}

/** What the gateway looks for in all that leaves the sandbox. */
function secretsOf({ files, variables, settingsToken }: Decoys): readonly PlantedSecret[] {
  const inFiles = files.flatMap(({ name, secrets }) => secrets.map((value) => ({ name, value })));
  return [...inFiles, ...variables, settingsToken];
}
