import { CA_FILE, HOME } from '../identity.js';
import { type NetworkSettings, NODE_MODULES, type PackageManager } from './manager.js';
import { VERSIONS } from './versions.js';

/** npm 12 runs no dependency script unless told to. */
const SCRIPTS_ON = [
  '--ignore-scripts=false',
  '--dangerously-allow-all-scripts',
  '--strict-allow-scripts=false',
  '--foreground-scripts',
  '--script-shell=/bin/sh',
];
/** The packages were fetched a minute ago; npm checks what comes out of its cache. */
const SCRIPTS_OFF = ['--ignore-scripts', '--prefer-offline'];

/**
 * Flags of the command line win over an uploaded `.npmrc`, over the environment and over HOME's. These, and the shell above,
 * keep an uploaded `.npmrc` from turning the install into something that shows nothing: a dry run, a lock file only, a help
 * text, left out dependencies, a shell that does nothing, another platform's optional packages, a layout that the lister of
 * packages does not know.
 * `allow-*`: npm 12 refuses git, URL, file and folder dependencies that npm 11 installs; what they do is to be seen.
 */
const FORCED = [
  '--allow-git=all',
  '--allow-remote=all',
  '--allow-file=all',
  '--allow-directory=all',
  '--dry-run=false',
  '--package-lock-only=false',
  '--global=false',
  '--location=project',
  '--include=prod',
  '--include=dev',
  '--include=optional',
  '--include=peer',
  '--os=linux',
  '--install-strategy=hoisted',
  '--include-workspace-root',
  '--usage=false',
  '--audit=false',
  '--fund=false',
  '--update-notifier=false',
  '--progress=false',
];

const LOCK_FILES = ['package-lock.json', 'npm-shrinkwrap.json'];

export const npm: PackageManager = {
  ...NODE_MODULES,
  name: 'npm',
  version: VERSIONS.NPM_VERSION,
  // The container's own environment is npm's: scripts under any manager call it.
  environment: () => [],
  settle: () => null,
  install: ({ files }) => ['npm', verb(files), ...SCRIPTS_ON, ...FORCED],
  installWithoutScripts: ({ files }) => ['npm', verb(files), ...SCRIPTS_OFF, ...FORCED],
};

/** `npm ci` wants a lock file; without one there is nothing to keep to. */
function verb(files: readonly string[]): string {
  return LOCK_FILES.some((file) => files.includes(file)) ? 'ci' : 'install';
}

/** The container's environment: that of a CI job behind a proxy. */
export function npmEnvironment({ proxy, registry, registries, hasExtraCa }: NetworkSettings): readonly string[] {
  const proxies = [
    'http_proxy',
    'https_proxy',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'npm_config_proxy',
    'npm_config_https_proxy',
  ];
  const authorities = [
    'SSL_CERT_FILE',
    'CURL_CA_BUNDLE',
    'GIT_SSL_CAINFO',
    'REQUESTS_CA_BUNDLE',
    'NODE_EXTRA_CA_CERTS',
  ];
  return [
    `HOME=${HOME}`,
    'USER=ci',
    'LOGNAME=ci',
    'LANG=C.UTF-8',
    'CI=true',
    ...proxies.map((name) => `${name}=${proxy}`),
    'no_proxy=',
    'NO_PROXY=',
    'npm_config_noproxy=',
    `npm_config_registry=${registry}`,
    ...registries.flatMap(({ url, scopes }) => scopes.map((scope) => `npm_config_${scope}:registry=${url}`)),
    // Node's headers are in the image: node-gyp would download them (the first is read by old ones, the second by new).
    'npm_config_nodedir=/usr/local',
    'npm_package_config_node_gyp_nodedir=/usr/local',
    ...(hasExtraCa ? authorities.map((name) => `${name}=${CA_FILE}`) : []),
    ...(hasExtraCa ? [`npm_config_cafile=${CA_FILE}`] : []),
  ];
}
