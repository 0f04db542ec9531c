import { stringify } from 'yaml';
import type { EgressPolicy, EgressRule } from '../evidence/egress/egress-schema.js';

/** A format in which an allow list can be written, for the program that enforces it. */
export interface EgressForm {
  readonly name: string;
  readonly readBy: string;
  text(policy: EgressPolicy): string;
}

/** The ports that a pattern without a port covers. */
const USUAL: ReadonlySet<number> = new Set([443, 80]);
/** Private and local addresses: a policy for addresses can't distinguish host names, but it can exclude these. */
const PRIVATE = ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'];
const DNS_PORTS = ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 }));

/** All formats, with the names that the command uses; the first is our own. */
export const EGRESS_FORMS: readonly EgressForm[] = [
  { name: 'packwarden', readBy: "a service's environment", text: environment },
  { name: 'squid', readBy: 'squid.conf, an HTTP proxy', text: squid },
  { name: 'cilium', readBy: 'Cilium, by names', text: cilium },
  { name: 'kubernetes', readBy: 'any Kubernetes, by addresses and ports alone', text: kubernetes },
];

function environment({ rules }: EgressPolicy): string {
  const patterns = rules.map(({ host, port }) => (USUAL.has(port) ? host : `${host}:${port}`));
  return `PACKWARDEN_EGRESS_ALLOW=${[...new Set(patterns)].join(',')}\n`;
}

/** A tunnel shows only its host, so methods and paths apply only if the proxy terminates TLS itself. */
function squid({ rules }: EgressPolicy): string {
  const blocks = rules.map(({ host, port, methods, pathPrefixes }, index) => {
    const id = `packwarden_${index + 1}`;
    const paths = pathPrefixes.map((prefix) => `^${prefix.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&')}`);
    const isAnyPath = pathPrefixes.length === 0 || pathPrefixes.includes('/');
    const lines = [`acl ${id}_host dstdomain ${host}`, `acl ${id}_port port ${port}`];
    if (methods.length > 0) lines.push(`acl ${id}_method method ${methods.join(' ')}`);
    if (!isAnyPath) lines.push(`acl ${id}_path urlpath_regex ${paths.join(' ')}`);
    const conditions = [
      `${id}_host`,
      `${id}_port`,
      methods.length > 0 ? `${id}_method` : '',
      isAnyPath ? '' : `${id}_path`,
    ];
    lines.push(`http_access allow CONNECT ${id}_host ${id}_port`);
    if (methods.length > 0) lines.push(`http_access allow ${conditions.filter((one) => one !== '').join(' ')}`);
    return lines.join('\n');
  });
  const head =
    '# A tunnel shows only its host: methods and paths apply to requests without TLS, or if squid terminates it.';
  return `${[head, 'acl CONNECT method CONNECT', ...blocks, 'http_access deny all'].join('\n')}\n`;
}

function cilium({ rules }: EgressPolicy): string {
  const dns = {
    toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'kube-system', 'k8s-app': 'kube-dns' } }],
    toPorts: [{ ports: DNS_PORTS.map(asText), rules: { dns: namesOf(rules).map((matchName) => ({ matchName })) } }],
  };
  const egress = portsOf(rules).map((port) => ({
    toFQDNs: namesOf(rules.filter((rule) => rule.port === port)).map((matchName) => ({ matchName })),
    toPorts: [{ ports: [asText({ protocol: 'TCP', port })] }],
  }));
  return document('cilium.io/v2', 'CiliumNetworkPolicy', { endpointSelector: {}, egress: [dns, ...egress] });
}

function kubernetes({ rules }: EgressPolicy): string {
  const names = namesOf(rules).map((name) => `#   ${name}\n`);
  const ports = portsOf(rules).map((port) => ({ protocol: 'TCP', port }));
  const anywhere = [{ ipBlock: { cidr: '0.0.0.0/0', except: PRIVATE } }];
  const inCluster = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } };
  const egress = [{ to: [inCluster], ports: DNS_PORTS }, ...(ports.length === 0 ? [] : [{ to: anywhere, ports }])];
  const spec = { podSelector: {}, policyTypes: ['Egress'], egress };
  const head = `# A NetworkPolicy has no host names: this excludes private addresses and other ports. The hosts are\n${names.join('')}`;
  return head + document('networking.k8s.io/v1', 'NetworkPolicy', spec);
}

function document(apiVersion: string, kind: string, spec: object): string {
  return stringify(
    { apiVersion, kind, metadata: { name: 'packwarden-egress' }, spec },
    { aliasDuplicateObjects: false },
  );
}

function asText({ protocol, port }: { readonly protocol: string; readonly port: number }): object {
  return { port: String(port), protocol };
}

function namesOf(rules: readonly EgressRule[]): readonly string[] {
  return [...new Set(rules.map(({ host }) => host))];
}

function portsOf(rules: readonly EgressRule[]): readonly number[] {
  return [...new Set(rules.map(({ port }) => port))];
}
