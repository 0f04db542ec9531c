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
/** By which variable each program is told whom to trust; what is built on OpenSSL (Python, Ruby) reads the first, Bun what Node reads. */
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

/** Names of variables in a sandbox by several of which its environment is recognised; some are what npm sets for a script. */
export const TELLING_VARIABLES: readonly string[] = [
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

/** The container's environment: that of a CI job behind a proxy. Scripts call npm under any manager, so its settings are part of it. */
export function containerEnvironment(network: NetworkSettings): readonly string[] {
  const { proxy, registry, registries } = network;
  return [
    `HOME=${HOME}`,
    'USER=ci',
    'LOGNAME=ci',
    'LANG=C.UTF-8',
    'CI=true',
    ...PROXIES.map((name) => `${name}=${proxy}`),
    // What speaks with a proxy by itself (axios) must not do so through that proxy once more.
    `no_proxy=${new URL(proxy).hostname}`,
    `NO_PROXY=${new URL(proxy).hostname}`,
    // Node's own http, https and fetch take the proxy by this (Node 24.5); without it such programs reach nothing, and what they would send is not seen.
    'NODE_USE_ENV_PROXY=1',
    'npm_config_noproxy=',
    `npm_config_registry=${registry}`,
    ...registries.flatMap(({ url, scopes }) => scopes.map((scope) => `npm_config_${scope}:registry=${url}`)),
    // An npm that a script calls would send the registry the list of what is installed.
    'npm_config_audit=false',
    // Node's headers are in the image: node-gyp would download them (the first is read by old ones, the second by new).
    'npm_config_nodedir=/usr/local',
    'npm_package_config_node_gyp_nodedir=/usr/local',
    // As container images of Python set it. A package that calls the node-gyp of another one would leave Python's caches in its folder.
    'PYTHONDONTWRITEBYTECODE=1',
    ...AUTHORITIES.map((name) => `${name}=${CA_FILE}`),
  ];
}
