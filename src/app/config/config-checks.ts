import { type EgressMode, isWithin } from '../../egress/mode.js';
import { problemOfAllowed } from '../../gitlab/identity/allowed-projects.js';
import { ConfigError } from './config-error.js';

/** Settings that depend on each other. */
interface Checked {
  readonly PACKWARDEN_HOST: string;
  readonly PACKWARDEN_TOKENS_FILE?: string | undefined;
  readonly PACKWARDEN_USERS_FILE?: string | undefined;
  readonly PACKWARDEN_GITLAB_ISSUERS: readonly string[];
  readonly PACKWARDEN_GITLAB_PROJECTS: readonly string[];
  readonly PACKWARDEN_MEMORY_BYTES: number;
  readonly PACKWARDEN_HOME_BYTES: number;
  readonly PACKWARDEN_TMP_BYTES: number;
  readonly PACKWARDEN_DISK: 'memory' | 'volume';
  readonly PACKWARDEN_EGRESS: EgressMode;
  readonly PACKWARDEN_EGRESS_MAX?: EgressMode | undefined;
  readonly PACKWARDEN_FALCO_GRPC?: string | undefined;
  readonly PACKWARDEN_FALCO_FILE?: string | undefined;
  readonly PACKWARDEN_FALCO_HTTP_SECRET?: string | undefined;
  readonly PACKWARDEN_STORE: 'file' | 's3' | 'redis';
  readonly PACKWARDEN_S3_ENDPOINT?: string | undefined;
  readonly PACKWARDEN_S3_BUCKET?: string | undefined;
  readonly PACKWARDEN_S3_KEY_ID?: string | undefined;
  readonly PACKWARDEN_S3_SECRET?: string | undefined;
  readonly PACKWARDEN_S3_CREDENTIALS_FILE?: string | undefined;
}

/** @throws ConfigError if settings are valid by themselves but not in combination */
export function refuseContradictions(config: Checked): void {
  refuseOpenDoor(config);
  refuseOpenIssuers(config);
  refuseFullMemory(config);
  refuseNarrowMax(config);
  refuseSeveralSources(config);
  refuseHalfAStore(config);
}

/** An alert that arrives from two sources would be recorded as two events. */
function refuseSeveralSources(config: Checked): void {
  const ways = ['PACKWARDEN_FALCO_GRPC', 'PACKWARDEN_FALCO_FILE', 'PACKWARDEN_FALCO_HTTP_SECRET'] as const;
  const given = ways.filter((way) => config[way] !== undefined);
  if (given.length > 1) throw new ConfigError(`${given.join(' and ')}: set only one of them`);
}

function refuseHalfAStore(config: Checked): void {
  if (config.PACKWARDEN_STORE !== 's3') return;
  const needed = ['PACKWARDEN_S3_ENDPOINT', 'PACKWARDEN_S3_BUCKET'] as const;
  const missing: string[] = needed.filter((name) => config[name] === undefined);
  const { PACKWARDEN_S3_KEY_ID: id, PACKWARDEN_S3_SECRET: secret, PACKWARDEN_S3_CREDENTIALS_FILE: file } = config;
  if (file === undefined && (id === undefined || secret === undefined)) missing.push('PACKWARDEN_S3_CREDENTIALS_FILE');
  if (missing.length > 0) throw new ConfigError(`PACKWARDEN_STORE=s3 needs ${missing.join(', ')}`);
  if (file !== undefined && (id ?? secret) !== undefined) {
    throw new ConfigError(
      'PACKWARDEN_S3_CREDENTIALS_FILE replaces PACKWARDEN_S3_KEY_ID and PACKWARDEN_S3_SECRET: set only one of them',
    );
  }
}

function refuseOpenDoor(config: Checked): void {
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(config.PACKWARDEN_HOST);
  const credentials =
    config.PACKWARDEN_TOKENS_FILE ?? config.PACKWARDEN_USERS_FILE ?? config.PACKWARDEN_GITLAB_ISSUERS[0];
  if (loopback || credentials !== undefined) return;
  throw new ConfigError(
    `PACKWARDEN_HOST=${config.PACKWARDEN_HOST} can be reached by others: configure PACKWARDEN_TOKENS_FILE or PACKWARDEN_USERS_FILE first`,
  );
}

/** On a shared instance every project could submit jobs that read private packages with the operator's credentials. */
function refuseOpenIssuers({
  PACKWARDEN_GITLAB_ISSUERS: issuers,
  PACKWARDEN_GITLAB_PROJECTS: projects,
}: Checked): void {
  const problem = problemOfAllowed(projects, issuers);
  if (problem !== undefined) throw new ConfigError(`PACKWARDEN_GITLAB_PROJECTS: ${problem} (docs/gitlab.md)`);
}

/** If in-memory files may use all of the memory, the out-of-memory killer ends every install. */
function refuseFullMemory(config: Checked): void {
  const { PACKWARDEN_MEMORY_BYTES: memory, PACKWARDEN_HOME_BYTES: home, PACKWARDEN_TMP_BYTES: tmp } = config;
  const inMemory = config.PACKWARDEN_DISK === 'memory' ? home + tmp : tmp;
  if (inMemory < memory) return;
  const names =
    config.PACKWARDEN_DISK === 'memory' ? 'PACKWARDEN_HOME_BYTES + PACKWARDEN_TMP_BYTES' : 'PACKWARDEN_TMP_BYTES';
  const way = config.PACKWARDEN_DISK === 'memory' ? ' (or PACKWARDEN_DISK=volume)' : '';
  throw new ConfigError(`${names} = ${inMemory} must stay below PACKWARDEN_MEMORY_BYTES = ${memory}${way}`);
}

function refuseNarrowMax({ PACKWARDEN_EGRESS: mode, PACKWARDEN_EGRESS_MAX: max = mode }: Checked): void {
  if (isWithin(mode, max)) return;
  throw new ConfigError(`PACKWARDEN_EGRESS_MAX=${max} is narrower than PACKWARDEN_EGRESS=${mode}`);
}
