import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_ARCHIVE_LIMITS } from '../../blobs/limits.js';
import { EGRESS_MODES } from '../../egress/mode.js';
import { PRIORITIES } from '../../falco/alert.js';
import { DEPTHS } from '../../jobs/phases/depth.js';
import { PROJECT_BASELINE_MODES } from '../../report/acceptance/project-baseline.js';
import { DEFAULT_LIMITS } from '../../sandbox/options.js';
import { bytes, bytesOrNone, isIssuer, list, MIB, optionalText, seconds } from './config-types.js';

/** Every variable with its meaning and its default; `packwarden config --help` is generated from this. */
export const configSchema = z.object({
  PACKWARDEN_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('address that the API listens on; any other than loopback requires credentials'),
  PACKWARDEN_PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('port of the API'),
  PACKWARDEN_WORKER_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('port for /healthz, /readyz and /metrics of a separate worker (--role worker); default: no port'),
  PACKWARDEN_DATA_DIR: z
    .string()
    .default(defaultDataDir())
    .describe('data folder: uploads, reports, Redis data, sensor socket'),
  PACKWARDEN_REDIS_URL: optionalText.describe(
    'redis://, rediss:// or unix:// address; default: the service starts its own redis-server',
  ),
  PACKWARDEN_STORE: z
    .enum(['file', 's3', 'redis'])
    .default('file')
    .describe(
      'where tarballs and reports are kept: folders in PACKWARDEN_DATA_DIR, which API and workers then share; a bucket of any server that speaks S3; or Redis, for small trials (docs/operating.md)',
    ),
  PACKWARDEN_S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address of the S3 server, without the bucket'),
  PACKWARDEN_S3_REGION: z.string().min(1).default('us-east-1').describe('region for its signatures'),
  PACKWARDEN_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .optional()
    .describe('bucket, which must exist'),
  PACKWARDEN_S3_PREFIX: z
    .string()
    .regex(/^(?:[\w.-]+\/)*$/, 'must be empty or end with a slash')
    .default('packwarden/')
    .describe('what the names of our objects in the bucket begin with'),
  PACKWARDEN_S3_KEY_ID: optionalText.describe('id of the access key'),
  PACKWARDEN_S3_SECRET: optionalText.describe('secret of the access key; better in a file'),
  PACKWARDEN_S3_CREDENTIALS_FILE: optionalText.describe(
    'file: id and secret of the access key, in two lines, instead of PACKWARDEN_S3_KEY_ID and PACKWARDEN_S3_SECRET',
  ),
  PACKWARDEN_FALCO_GRPC: optionalText.describe("Falco's gRPC: unix:///path or host:port; default: embedded sensor"),
  PACKWARDEN_FALCO_FILE: optionalText.describe(
    'file to which a Falco on this host appends its alerts (file_output with json_output); followed across rotation and restarts',
  ),
  PACKWARDEN_RULES: list.describe(
    'additional rule files or folders for the embedded sensor, loaded after its own, separated by commas',
  ),
  PACKWARDEN_FALCO_CA: optionalText.describe("file: CA of Falco's certificate (host:port only)"),
  PACKWARDEN_FALCO_CERT: optionalText.describe('file: client certificate for Falco'),
  PACKWARDEN_FALCO_KEY: optionalText.describe('file: key of the client certificate'),
  PACKWARDEN_FALCO_HTTP_SECRET: z
    .string()
    .regex(/^[\w-]{16,}$/, 'must have at least 16 characters: letters, digits, - or _')
    .optional()
    .describe('Falco ≥ 0.44 posts its alerts to /falco/alerts/SECRET (http_output)'),
  PACKWARDEN_TOKENS_FILE: optionalText.describe('file: bearer tokens, hashed (`packwarden credentials token NAME`)'),
  PACKWARDEN_USERS_FILE: optionalText.describe(
    'file: users with passwords, hashed (`packwarden credentials user NAME`)',
  ),
  PACKWARDEN_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('detonations at the same time (default: number of cores)'),
  PACKWARDEN_EGRESS: z.enum(EGRESS_MODES).default('registry').describe('which hosts a sandbox may reach'),
  PACKWARDEN_EGRESS_MAX: z
    .enum(EGRESS_MODES)
    .optional()
    .describe('the most permissive mode that a job may ask for with ?egress= (default: PACKWARDEN_EGRESS)'),
  PACKWARDEN_EGRESS_ALLOW: list.describe('additional host patterns for the mode `registry`, separated by commas'),
  PACKWARDEN_EGRESS_SINK: z
    .union([z.literal('refuse'), z.coerce.number().int().min(200).max(599)])
    .default(404)
    .describe(
      'answer to requests for a refused host, which is never contacted: an HTTP status (200 for POST requests), so that the report shows what the program would have sent; or `refuse` to refuse the connection',
    ),
  PACKWARDEN_REGISTRY: z
    .url()
    .default('https://registry.npmjs.org/')
    .describe('the npm registry that sandboxes install from'),
  PACKWARDEN_REGISTRIES_FILE: optionalText.describe(
    'file: private registries with their npm scopes and credentials (docs/egress.md)',
  ),
  PACKWARDEN_CACHE_BYTES: bytesOrNone(4096 * MIB).describe(
    'maximum size of the cache of registry answers in PACKWARDEN_DATA_DIR/registry-cache (docs/egress.md); 0: no cache',
  ),
  PACKWARDEN_UPSTREAM_PROXY: z
    .url({ protocol: /^http$/ })
    .optional()
    .describe("http://user:password@host:port: your company's proxy to the internet"),
  PACKWARDEN_CA_FILE: optionalText.describe(
    'file: a private CA that the gateway of sandboxes trusts (default: NODE_EXTRA_CA_CERTS)',
  ),
  PACKWARDEN_DOCKER_SOCKET: z.string().default('/var/run/docker.sock').describe('socket of the Docker engine'),
  PACKWARDEN_RUNTIME: optionalText.describe(
    "Docker's name of an OCI runtime for the sandboxes; a runtime with its own kernel (runsc, Kata) hides system calls from every sensor, so its jobs are incomplete",
  ),
  PACKWARDEN_MEMORY_BYTES: bytes(DEFAULT_LIMITS.memoryBytes).describe('memory of a sandbox, without swap'),
  PACKWARDEN_HOME_BYTES: bytes(DEFAULT_LIMITS.homeBytes).describe(
    'space for project and caches of a sandbox, part of its memory',
  ),
  PACKWARDEN_TMP_BYTES: bytes(DEFAULT_LIMITS.tmpBytes).describe('space for /tmp of a sandbox, part of its memory'),
  PACKWARDEN_DISK: z
    .enum(['memory', 'volume'])
    .default('memory')
    .describe(
      'what PACKWARDEN_HOME_BYTES is taken from; volume is for projects larger than memory: a file system in PACKWARDEN_DATA_DIR (needs root)',
    ),
  PACKWARDEN_MAX_UPLOAD_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(200 * MIB)
    .describe('maximum size of a tarball'),
  PACKWARDEN_MAX_UNPACKED_BYTES: bytes(DEFAULT_ARCHIVE_LIMITS.unpackedBytes).describe(
    'maximum unpacked size of a tarball; it has to fit into PACKWARDEN_HOME_BYTES together with the installed packages',
  ),
  PACKWARDEN_MAX_ENTRIES: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .default(DEFAULT_ARCHIVE_LIMITS.entries)
    .describe('maximum number of files and folders in a tarball; each takes at least 4 KiB of PACKWARDEN_HOME_BYTES'),
  PACKWARDEN_MAX_DEPTH: z.coerce
    .number()
    .int()
    .min(1)
    .max(512)
    .default(DEFAULT_ARCHIVE_LIMITS.depth)
    .describe('maximum depth of nested folders in a tarball'),
  PACKWARDEN_MIN_FREE_BYTES: bytesOrNone(512 * MIB).describe(
    'minimum free disk space of PACKWARDEN_DATA_DIR: below it uploads are refused (503) and /readyz reports it; 0: no minimum',
  ),
  PACKWARDEN_INSTALL_TIMEOUT_S: seconds(600).describe('deadline of the install'),
  PACKWARDEN_IMPORT_TIMEOUT_S: seconds(120).describe('deadline of the import phase'),
  PACKWARDEN_LINGER_S: z.coerce
    .number()
    .int()
    .min(0)
    .max(600)
    .default(3)
    .describe('how long processes that a phase left running are watched before the next phase'),
  PACKWARDEN_GRACE_S: seconds(10).describe("deadline of the sensor's answer to a canary"),
  PACKWARDEN_QUEUE_TIMEOUT_S: seconds(3600).describe('how long a job may wait for a worker'),
  PACKWARDEN_MAX_WAITING: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(5_000)
    .describe('maximum number of waiting jobs of one submitter; further uploads are refused (429)'),
  PACKWARDEN_FAIL_ON: z
    .string()
    .default('WARNING')
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(PRIORITIES))
    .describe('lowest priority of a finding that makes the verdict `findings`'),
  PACKWARDEN_DEPTH: z
    .enum(DEPTHS)
    .default('standard')
    .describe('how thoroughly a project is exercised after its install: quick, standard or deep'),
  PACKWARDEN_CHECK_NEEDED: z
    .enum(['off', 'on'])
    .default('off')
    .describe('default for jobs: whether to find out which install scripts are needed (about twice the time)'),
  PACKWARDEN_BASELINE: optionalText.describe('file: accepted findings, each with a reason and an expiry date'),
  PACKWARDEN_BEHAVIOURS: optionalText.describe(
    'folder: measured behaviour of your own packages (packwarden behaviours), in addition to the shipped data',
  ),
  PACKWARDEN_PROJECT_BASELINE: z
    .enum(PROJECT_BASELINE_MODES)
    .default('off')
    .describe(
      'whether a packwarden.yaml at the root of an uploaded project counts, too; whoever may change it can then accept findings below CRITICAL (docs/baseline.md)',
    ),
  PACKWARDEN_STOP_S: z.coerce
    .number()
    .int()
    .min(0)
    .max(3600)
    .default(30)
    .describe('how long a stopping worker waits for its jobs; those that need longer go back to the queue'),
  PACKWARDEN_RETENTION_S: seconds(7 * 86_400).describe('how long reports are kept'),
  PACKWARDEN_ADMINISTRATORS: list.describe('names of tokens and users that may read every job, separated by commas'),
  PACKWARDEN_GITLAB_DESTINATIONS_FILE: optionalText.describe(
    "file: GitLab's audit destinations and their tokens (docs/gitlab.md)",
  ),
  PACKWARDEN_GITLAB_EVENTS_PATH: z
    .string()
    .regex(/^(?:\/[\w-]+)+$/, 'must be a path of letters, digits, - and _')
    .default('/gitlab/audit-events')
    .describe('path that GitLab posts its audit events to'),
  PACKWARDEN_GITLAB_RULES: list.describe(
    'additional rule files or folders for the source gitlab, loaded after our own, separated by commas',
  ),
  PACKWARDEN_GITLAB_RETENTION_S: seconds(9 * 86_400).describe('how long audit events are kept'),
  PACKWARDEN_GITLAB_MAX_EVENTS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(200_000)
    .describe('how many audit events are kept (some 2 KiB of Redis each)'),
  PACKWARDEN_GITLAB_ISSUERS: list
    .refine((issuers) => issuers.every(isIssuer), 'must be https addresses, as in `iss` of the tokens')
    .describe('GitLab instances whose ID tokens are trusted, separated by commas'),
  PACKWARDEN_GITLAB_PROJECTS: list.describe(
    'addresses of the projects and groups whose ID tokens are accepted, separated by commas; the address of your own instance accepts all of its projects',
  ),
  PACKWARDEN_GITLAB_AUDIENCE: z.string().min(1).default('packwarden').describe('`aud` that ID tokens must have'),
  PACKWARDEN_GITLAB_BASELINE_PROJECTS: list.describe(
    'full paths of projects that every job may clone (submodules), separated by commas',
  ),
  PACKWARDEN_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("this service's public address, for links in notifications"),
  PACKWARDEN_FORWARD_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address to post findings and verdicts to as Falco JSON, e.g. Falcosidekick (docs/outputs.md)'),
  PACKWARDEN_WEBHOOK_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address to post a signed document to for each finished job (docs/outputs.md)'),
  PACKWARDEN_WEBHOOK_SECRET_FILE: optionalText.describe('file: secret that signs the document'),
  PACKWARDEN_GITLAB_TOKENS_FILE: optionalText.describe(
    'JSON file: addresses of GitLab instances, each with a token for writing commit statuses and merge request notes (docs/outputs.md)',
  ),
  PACKWARDEN_GEOIP_DIR: optionalText.describe('folder: MaxMind databases (.mmdb: City or Country, ASN)'),
  PACKWARDEN_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('log level'),
});

function defaultDataDir(): string {
  return process.getuid?.() === 0 ? '/var/lib/packwarden' : join(homedir(), '.local', 'share', 'packwarden');
}
