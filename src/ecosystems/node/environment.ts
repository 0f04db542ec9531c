import type { NetworkSettings } from '../manager.js';
import { CA_FILE, HOME } from '../places.js';

const PROXIES = [
  'http_proxy',
  'https_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'npm_config_proxy',
  'npm_config_https_proxy',
];
/** The variables from which programs read the CA file; programs based on OpenSSL (Python, Ruby) use the first, Bun the same as Node. */
const AUTHORITIES = [
  'SSL_CERT_FILE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'REQUESTS_CA_BUNDLE',
  'PIP_CERT',
  'CARGO_HTTP_CAINFO',
  'AWS_CA_BUNDLE',
  'DENO_CERT',
  'NODE_EXTRA_CA_CERTS',
  'npm_config_cafile',
];

/**
 * Variable names by which the sandbox's environment is recognized in outgoing data if several occur together; npm sets some of them for
 * scripts.
 */
export const IDENTIFYING_VARIABLES: readonly string[] = [
  'LOGNAME',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'INIT_CWD',
  'https_proxy',
  'npm_config_registry',
  'npm_config_user_agent',
  'npm_lifecycle_event',
  'npm_lifecycle_script',
  'npm_package_json',
];

/**
 * The container's environment: that of a CI job behind a proxy. Scripts may call npm under any manager, so npm's settings are part of it.
 */
export function containerEnvironment(network: NetworkSettings): readonly string[] {
  const { proxy, registry, registries } = network;
  return [
    `HOME=${HOME}`,
    'USER=ci',
    'LOGNAME=ci',
    'LANG=C.UTF-8',
    'CI=true',
    ...PROXIES.map((name) => `${name}=${proxy}`),
    // Programs that handle proxies themselves (axios) must not send those requests through the proxy again.
    `no_proxy=${new URL(proxy).hostname}`,
    `NO_PROXY=${new URL(proxy).hostname}`,
    // Makes Node's own http, https and fetch use the proxy (Node 24.5). Otherwise such programs reach nothing, and what they would send is
    // not observed.
    'NODE_USE_ENV_PROXY=1',
    'npm_config_noproxy=',
    `npm_config_registry=${registry}`,
    ...registries.flatMap(({ url, scopes }) => scopes.map((scope) => `npm_config_${scope}:registry=${url}`)),
    // An npm called by a script would otherwise send the list of installed packages to the registry.
    'npm_config_audit=false',
    // The image contains Node's headers, which node-gyp would download otherwise (old versions read the first variable, new ones the
    // second).
    'npm_config_nodedir=/usr/local',
    'npm_package_config_node_gyp_nodedir=/usr/local',
    // Set as in Python's container images. Otherwise a package that calls another package's node-gyp would leave Python caches in its
    // folder.
    'PYTHONDONTWRITEBYTECODE=1',
    ...AUTHORITIES.map((name) => `${name}=${CA_FILE}`),
  ];
}
