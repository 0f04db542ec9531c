import { IDENTIFYING_VARIABLES } from '../../ecosystems/node/environment.js';
import { HOME } from '../../ecosystems/places.js';
import { candidates } from '../../ecosystems/recognition/choose.js';
import { type Gateway, openGateway } from '../../egress/gateway.js';
import { narrowed } from '../../egress/mode.js';
import { DEFAULT_ALLOW } from '../../egress/policy.js';
import type { KnownRegistry } from '../../egress/registry/known-registry.js';
import type { SandboxPlan } from '../../jobs/ports.js';
import { inTime } from '../container/docker-call.js';
import { type Decoys, secretsOf } from '../decoys/decoy.js';
import type { SandboxOptions } from '../options.js';

/** Opens the gateway of one job at `address`. @throws GatewayError, SandboxError if it takes too long */
export async function openJobGateway(
  options: SandboxOptions,
  plan: SandboxPlan,
  {
    decoys,
    hostname,
    isTransparent,
  }: { readonly decoys: Decoys; readonly hostname: string; readonly isTransparent: boolean },
  address: string,
): Promise<Gateway> {
  const { egress, clock, log, extraCa, maxEgress = egress.mode, upstreamProxy, cache } = options;
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
    identity: { hostname, user: 'ci', home: HOME, variables: IDENTIFYING_VARIABLES, files: inHome(decoys) },
    ca: extraCa,
    registries: knownRegistries(options, publicHosts),
    isTransparent,
    sink: options.sink,
    cache,
    ...(upstreamProxy === undefined ? {} : { upstream: { url: upstreamProxy } }),
  });
  return inTime('opening the gateway', opening);
}

/**
 * Every registry that may be asked for packages; for known registries the gateway passes on only package requests. `publicHosts` are the
 * hosts that the package managers use by default.
 */
export function knownRegistries(
  { registry, registries = [] }: Pick<SandboxOptions, 'registry' | 'registries'>,
  publicHosts: readonly string[],
): readonly KnownRegistry[] {
  const all: readonly KnownRegistry[] = [
    ...registries.map(({ url, authorization }) => ({ url, authorization })),
    { url: registry },
    ...publicHosts.map((host) => ({ url: `https://${host}/` })),
  ];
  return [...new Map(all.map((each) => [each.url, each] as const).reverse()).values()];
}

/** The names of the planted files and folders in a listing of HOME; `.config` is left out, since it is in everyone's. */
function inHome({ files }: Decoys): readonly string[] {
  const paths = files.map(({ path }) => path).filter((path) => path.startsWith(`${HOME}/`));
  const names = paths.map((path) => path.slice(HOME.length + 1).split('/')[0] ?? '');
  return [...new Set(names)].filter((name) => name.startsWith('.') && name !== '.config');
}
