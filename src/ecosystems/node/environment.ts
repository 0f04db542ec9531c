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
const AUTHORITIES = [
  'SSL_CERT_FILE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'REQUESTS_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'npm_config_cafile',
];

/** The container's environment: that of a CI job behind a proxy. Scripts call npm under any manager, so its settings are part of it. */
export function containerEnvironment(network: NetworkSettings): readonly string[] {
  const { proxy, registry, registries, hasExtraCa } = network;
  return [
    `HOME=${HOME}`,
    'USER=ci',
    'LOGNAME=ci',
    'LANG=C.UTF-8',
    'CI=true',
    ...PROXIES.map((name) => `${name}=${proxy}`),
    'no_proxy=',
    'NO_PROXY=',
    'npm_config_noproxy=',
    `npm_config_registry=${registry}`,
    ...registries.flatMap(({ url, scopes }) => scopes.map((scope) => `npm_config_${scope}:registry=${url}`)),
    // Node's headers are in the image: node-gyp would download them (the first is read by old ones, the second by new).
    'npm_config_nodedir=/usr/local',
    'npm_package_config_node_gyp_nodedir=/usr/local',
    ...(hasExtraCa ? AUTHORITIES.map((name) => `${name}=${CA_FILE}`) : []),
  ];
}
