import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { DEFAULT_ARCHIVE_LIMITS } from '../../blobs/limits.js';
import { EGRESS_MODES } from '../../egress/mode.js';
import { PRIORITIES } from '../../falco/alert.js';
import { DEPTHS } from '../../jobs/phases/depth.js';
import { PROJECT_BASELINE_MODES } from '../../report/acceptance/project-baseline.js';
import { DEFAULT_LIMITS } from '../../sandbox/options.js';
import { CLIENT_VARIABLES, type ClientConfig, parseClientConfig } from './client-config.js';
import { refuseContradictions } from './config-checks.js';
import { ConfigError } from './config-error.js';
import { bytes, bytesOrNone, isIssuer, list, MIB, optionalText, seconds } from './config-types.js';

export { ConfigError };

/** Every variable, its meaning and its default: the reference of the README is made from this. */
const schema = z.object({
  PACKWARDEN_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('where the API listens; other than loopback needs credentials'),
  PACKWARDEN_PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('port of the API'),
  PACKWARDEN_WORKER_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('port of /healthz, /readyz and /metrics of a worker of its own (--role worker); without it none'),
  PACKWARDEN_DATA_DIR: z.string().default(defaultDataDir()).describe('spool, own Redis data, sensor socket'),
  PACKWARDEN_REDIS_URL: optionalText.describe(
    'redis://, rediss:// or unix://; without it the service runs its own redis-server',
  ),
  PACKWARDEN_FALCO_GRPC: optionalText.describe(
    'unix:///run/falco/falco.sock or host:port; without it the embedded sensor',
  ),
  PACKWARDEN_FALCO_FILE: optionalText.describe(
    'file: what a Falco on this host appends its alerts to (file_output with json_output), followed over rotation and restarts',
  ),
  PACKWARDEN_RULES: list.describe(
    'more rule files or folders for the embedded sensor, after its own, separated by commas',
  ),
  PACKWARDEN_FALCO_CA: optionalText.describe("file: CA of Falco's certificate (host:port only)"),
  PACKWARDEN_FALCO_CERT: optionalText.describe('file: client certificate for Falco'),
  PACKWARDEN_FALCO_KEY: optionalText.describe('file: key of the client certificate'),
  PACKWARDEN_FALCO_HTTP_SECRET: z
    .string()
    .regex(/^[\w-]{16,}$/, 'has at least 16 letters, digits, - or _')
    .optional()
    .describe('Falco ≥ 0.44 posts its alerts to /falco/alerts/SECRET (http_output)'),
  PACKWARDEN_TOKENS_FILE: optionalText.describe('file: bearer tokens, hashed (`packwarden credentials token NAME`)'),
  PACKWARDEN_USERS_FILE: optionalText.describe('file: basic users, hashed (`packwarden credentials user NAME`)'),
  PACKWARDEN_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('detonations at once (default: cores)'),
  PACKWARDEN_EGRESS: z.enum(EGRESS_MODES).default('registry').describe('what a sandbox may reach'),
  PACKWARDEN_EGRESS_MAX: z
    .enum(EGRESS_MODES)
    .optional()
    .describe('the widest mode that a job may ask for with ?egress= (default: PACKWARDEN_EGRESS)'),
  PACKWARDEN_EGRESS_ALLOW: list.describe('more host patterns for the mode `registry`, separated by commas'),
  PACKWARDEN_EGRESS_SINK: z
    .union([z.literal('refuse'), z.coerce.number().int().min(200).max(599)])
    .default(404)
    .describe(
      'what a program hears in the place of a refused host, with which it never speaks: an HTTP status (200 to what is posted), so that what it would send is seen; `refuse` to be told at once',
    ),
  PACKWARDEN_REGISTRY: z
    .url()
    .default('https://registry.npmjs.org/')
    .describe('the npm registry that sandboxes install from'),
  PACKWARDEN_REGISTRIES_FILE: optionalText.describe(
    'file: private registries with their npm scopes and credentials (docs/egress.md)',
  ),
  PACKWARDEN_CACHE_BYTES: bytesOrNone(4096 * MIB).describe(
    'disk for what the registries answer, in PACKWARDEN_DATA_DIR/registry-cache (docs/egress.md); 0 for no cache',
  ),
  PACKWARDEN_UPSTREAM_PROXY: z
    .url({ protocol: /^http$/ })
    .optional()
    .describe('http://user:password@host:port: the proxy that leads out of the company'),
  PACKWARDEN_CA_FILE: optionalText.describe(
    'file: a private CA that the gateway of sandboxes trusts (default: NODE_EXTRA_CA_CERTS)',
  ),
  PACKWARDEN_DOCKER_SOCKET: z.string().default('/var/run/docker.sock').describe('socket of the Docker engine'),
  PACKWARDEN_RUNTIME: optionalText.describe(
    'an OCI runtime for the sandboxes, as Docker knows it; one with a kernel of its own (runsc, Kata) hides system calls from every sensor: its jobs are incomplete',
  ),
  PACKWARDEN_MEMORY_BYTES: bytes(DEFAULT_LIMITS.memoryBytes).describe('memory of a sandbox, without swap'),
  PACKWARDEN_HOME_BYTES: bytes(DEFAULT_LIMITS.homeBytes).describe(
    'project and caches of a sandbox, a part of its memory',
  ),
  PACKWARDEN_TMP_BYTES: bytes(DEFAULT_LIMITS.tmpBytes).describe('/tmp of a sandbox, a part of its memory'),
  PACKWARDEN_DISK: z
    .enum(['memory', 'volume'])
    .default('memory')
    .describe(
      'where PACKWARDEN_HOME_BYTES are taken from; volume is for projects larger than memory: a file system in PACKWARDEN_DATA_DIR (needs root)',
    ),
  PACKWARDEN_MAX_UPLOAD_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(200 * MIB)
    .describe('largest tarball'),
  PACKWARDEN_MAX_UNPACKED_BYTES: bytes(DEFAULT_ARCHIVE_LIMITS.unpackedBytes).describe(
    'largest content of a tarball; it has to fit into PACKWARDEN_HOME_BYTES beside what is installed',
  ),
  PACKWARDEN_MAX_ENTRIES: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .default(DEFAULT_ARCHIVE_LIMITS.entries)
    .describe('most files and folders of a tarball; in the sandbox each takes 4 KiB of PACKWARDEN_HOME_BYTES or more'),
  PACKWARDEN_MAX_DEPTH: z.coerce
    .number()
    .int()
    .min(1)
    .max(512)
    .default(DEFAULT_ARCHIVE_LIMITS.depth)
    .describe('most folders within each other in a tarball'),
  PACKWARDEN_MIN_FREE_BYTES: bytesOrNone(512 * MIB).describe(
    'free disk of PACKWARDEN_DATA_DIR below which no tarball is taken in (503) and /readyz says so; 0 for none',
  ),
  PACKWARDEN_INSTALL_TIMEOUT_S: seconds(600).describe('deadline of the install'),
  PACKWARDEN_IMPORT_TIMEOUT_S: seconds(120).describe('deadline of the import phase'),
  PACKWARDEN_LINGER_S: z.coerce
    .number()
    .int()
    .min(0)
    .max(600)
    .default(3)
    .describe('how long what a phase left running is watched before the next one'),
  PACKWARDEN_GRACE_S: seconds(10).describe("how long the sensor's answer to a canary may take"),
  PACKWARDEN_QUEUE_TIMEOUT_S: seconds(3600).describe('how long a job may wait for a worker'),
  PACKWARDEN_MAX_WAITING: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(5_000)
    .describe('how many jobs of one submitter may wait; of more the upload is refused (429)'),
  PACKWARDEN_FAIL_ON: z
    .string()
    .default('WARNING')
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(PRIORITIES))
    .describe('from which priority a finding makes the verdict `findings`'),
  PACKWARDEN_DEPTH: z
    .enum(DEPTHS)
    .default('standard')
    .describe('how much of a project is exercised beyond its install: quick, standard or deep'),
  PACKWARDEN_CHECK_NEEDED: z
    .enum(['off', 'on'])
    .default('off')
    .describe('whether jobs that do not say find out which install scripts are needed (about twice the time)'),
  PACKWARDEN_BASELINE: optionalText.describe('file: findings that are accepted, each with a reason and an expiry'),
  PACKWARDEN_BEHAVIOURS: optionalText.describe(
    'folder: what packages of your own were measured to do (packwarden behaviours), beside what is shipped',
  ),
  PACKWARDEN_PROJECT_BASELINE: z
    .enum(PROJECT_BASELINE_MODES)
    .default('off')
    .describe(
      'whether a packwarden.yaml at the root of an uploaded project counts, too; who may change it may then accept what is below CRITICAL (docs/baseline.md)',
    ),
  PACKWARDEN_STOP_S: z.coerce
    .number()
    .int()
    .min(0)
    .max(3600)
    .default(30)
    .describe('how long a stopping worker lets its jobs go on; those that need longer go back to the queue'),
  PACKWARDEN_RETENTION_S: seconds(7 * 86_400).describe('how long reports are kept'),
  PACKWARDEN_ADMINISTRATORS: list.describe('names of tokens and users that may read every job, separated by commas'),
  PACKWARDEN_GITLAB_DESTINATIONS_FILE: optionalText.describe(
    "file: GitLab's audit destinations and their tokens (docs/gitlab.md)",
  ),
  PACKWARDEN_GITLAB_EVENTS_PATH: z
    .string()
    .regex(/^(?:\/[\w-]+)+$/, 'is a path of letters, digits, - and _')
    .default('/gitlab/audit-events')
    .describe('where GitLab posts its audit events to'),
  PACKWARDEN_GITLAB_RULES: list.describe('more rule files or folders of the source gitlab, after our own'),
  PACKWARDEN_GITLAB_RETENTION_S: seconds(9 * 86_400).describe('how long audit events are kept'),
  PACKWARDEN_GITLAB_MAX_EVENTS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(200_000)
    .describe('how many audit events are kept (some 2 KiB of Redis each)'),
  PACKWARDEN_GITLAB_ISSUERS: list
    .refine((issuers) => issuers.every(isIssuer), 'each is an https address, as `iss` of the tokens names it')
    .describe('GitLab instances whose ID tokens are believed, separated by commas'),
  PACKWARDEN_GITLAB_PROJECTS: list.describe(
    'addresses of the projects and groups whose ID tokens are let in, separated by commas; of an instance of your own for all of it',
  ),
  PACKWARDEN_GITLAB_AUDIENCE: z.string().min(1).default('packwarden').describe('`aud` that ID tokens must have'),
  PACKWARDEN_GITLAB_BASELINE_PROJECTS: list.describe(
    'full paths of projects that every job may clone (submodules), separated by commas',
  ),
  PACKWARDEN_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("this service's address as people see it, for links in what is sent elsewhere"),
  PACKWARDEN_FORWARD_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where findings and verdicts are posted as Falco JSON, e.g. Falcosidekick (docs/outputs.md)'),
  PACKWARDEN_WEBHOOK_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where a signed document is posted for each ended job (docs/outputs.md)'),
  PACKWARDEN_WEBHOOK_SECRET_FILE: optionalText.describe('file: what signs it'),
  PACKWARDEN_GITLAB_TOKENS_FILE: optionalText.describe(
    'file: JSON, addresses of GitLab instances and tokens by which commit statuses and merge request notes are written (docs/outputs.md)',
  ),
  PACKWARDEN_GEOIP_DIR: optionalText.describe('folder: MaxMind databases (.mmdb: City or Country, ASN)'),
  PACKWARDEN_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('log level'),
});

/** The effective configuration: parsed once, frozen. Keys are the variables' names. */
export type Config = Readonly<z.infer<typeof schema>>;

/** Variables by name, like `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

function defaultDataDir(): string {
  return process.getuid?.() === 0 ? '/var/lib/packwarden' : join(homedir(), '.local', 'share', 'packwarden');
}

/** Reads the variables, and the file that `PACKWARDEN_CONFIG` names (YAML or JSON, same keys; the environment wins). @throws ConfigError */
export function loadConfig(env: Environment = process.env): Config {
  const given = { ...readConfigFile(env.PACKWARDEN_CONFIG), ...definedOf(env) };
  const unknown = Object.keys(given).filter((key) => !(key in schema.shape));
  if (unknown.length > 0) throw new ConfigError(`unknown setting ${unknown.join(', ')}: see packwarden config --help`);
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`the configuration can't be used: ${faults.join('; ')}`);
  }
  const config = { ...parsed.data, PACKWARDEN_CA_FILE: parsed.data.PACKWARDEN_CA_FILE ?? env.NODE_EXTRA_CA_CERTS };
  refuseContradictions(config);
  return Object.freeze(config);
}

/** What the client commands read from the environment. @throws ClientConfigError */
export function loadClientConfig(env: Environment = process.env): ClientConfig {
  return parseClientConfig(env);
}

function definedOf(env: Environment): Record<string, string> {
  const own = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[0].startsWith('PACKWARDEN_') &&
      entry[0] !== 'PACKWARDEN_CONFIG' &&
      !CLIENT_VARIABLES.has(entry[0]) &&
      entry[1] !== undefined &&
      entry[1] !== '',
  );
  return Object.fromEntries(own);
}

function readConfigFile(path: string | undefined): Record<string, unknown> {
  if (path === undefined || path === '') return {};
  let content: unknown;
  try {
    content = parseYaml(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new ConfigError(
      `PACKWARDEN_CONFIG: ${path} can't be read: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    );
  }
  const parsed = z.record(z.string(), z.union([z.string(), z.number()])).safeParse(content);
  if (!parsed.success) throw new ConfigError(`PACKWARDEN_CONFIG: ${path} must map variable names to values`);
  return parsed.data;
}

/** Name, default and meaning of every variable, in order. */
export function configReference(): readonly { name: string; fallback: string; meaning: string }[] {
  return Object.entries(schema.shape).map(([name, type]) => {
    const fallback = type.safeParse(undefined);
    const shown = fallback.success && fallback.data !== undefined ? String(fallback.data) : '–';
    return { name, fallback: shown === '' ? '–' : shown, meaning: type.description ?? '' };
  });
}
