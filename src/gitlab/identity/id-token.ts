import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { GitlabError } from '../errors.js';
import { normalizeInstance } from '../instance.js';
import { isAllowedProject } from './allowed-projects.js';
import { type JobContext, jobContextSchema } from './context.js';
import { IssuerKeys, type IssuerOptions } from './issuer-keys.js';

export interface IdTokenOptions extends IssuerOptions {
  /** The trusted GitLab instances, as named in tokens. */
  readonly issuers: readonly string[];
  /** The required audience of tokens (`aud` in `.gitlab-ci.yml`). */
  readonly audience: string;
  /** Addresses of the projects, groups or whole instances whose jobs are accepted (`isAllowedProject`). */
  readonly projects: readonly string[];
}

/** GitLab signs with RS256; allowing only this leaves a forger no choice. */
const ALGORITHMS = ['RS256'];
const CLOCK_TOLERANCE_S = 30;
/** A token has about 2 KiB; longer ones are not even decoded. */
const MAX_TOKEN = 16 * 1024;

/** GitLab sends most ids as strings, and some as numbers. */
const idClaim = z.union([z.string(), z.int()]).transform(String).optional();
const textClaim = z.string().optional();
const flagClaim = z
  .union([z.boolean(), z.enum(['true', 'false'])])
  .transform((flag) => flag === true || flag === 'true')
  .optional();

const claimsSchema = z.object({
  project_id: idClaim,
  project_path: textClaim,
  namespace_id: idClaim,
  namespace_path: textClaim,
  job_project_id: idClaim,
  job_project_path: textClaim,
  job_namespace_id: idClaim,
  job_namespace_path: textClaim,
  user_id: idClaim,
  user_login: textClaim,
  pipeline_id: idClaim,
  pipeline_source: textClaim,
  job_id: idClaim,
  runner_id: idClaim,
  ref: textClaim,
  ref_type: z.enum(['branch', 'tag']).optional().catch(undefined),
  ref_protected: flagClaim,
  sha: textClaim,
  environment: textClaim,
});

/** Whether a bearer token has the form of a JWT: three parts, the first a JSON object in base64. */
export function isJwt(token: string): boolean {
  return /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(token);
}

/** Verifies GitLab's ID tokens (signature, issuer, audience, times), and returns the identity in them. */
export class IdTokens {
  readonly #issuers: ReadonlyMap<string, IssuerKeys>;

  constructor(private readonly options: IdTokenOptions) {
    this.#issuers = new Map(options.issuers.map((issuer) => [issuer, new IssuerKeys(issuer, options)]));
  }

  /** @throws GitlabError `bad-id-token` with the reason, `issuer-unavailable` */
  async verify(token: string): Promise<JobContext> {
    const keys = this.#issuerOf(token);
    const { audience, now, projects } = this.options;
    try {
      const { payload } = await jwtVerify(token, keys.find, {
        issuer: keys.issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'iat'],
      });
      const context = contextOf(keys.issuer, payload);
      if (isAllowedProject(context, projects)) return context;
      throw new GitlabError('bad-id-token', 'the ID token is not accepted: its project may not submit');
    } catch (error) {
      if (error instanceof GitlabError) throw error;
      throw new GitlabError('bad-id-token', `the ID token is not accepted: ${reasonOf(error)}`, error);
    }
  }

  /** The issuer is only looked up here; the signature proves that it issued the token. */
  #issuerOf(token: string): IssuerKeys {
    const issuer = token.length > MAX_TOKEN ? undefined : claimedIssuer(token);
    const keys = issuer === undefined ? undefined : this.#issuers.get(issuer);
    if (keys !== undefined) return keys;
    throw new GitlabError('bad-id-token', 'the ID token is not accepted: its issuer is not trusted');
  }
}

function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/**
 * In a merge request pipeline from a fork, `project_id` is the fork; `job_project_id` (GitLab 18.4) is the project in which the job runs,
 * whose audit events are relevant.
 */
function contextOf(issuer: string, payload: JWTPayload): JobContext {
  const claims = claimsSchema.parse(payload);
  const isOwn = claims.job_project_id === undefined;
  const context = {
    verified: true,
    instance: normalizeInstance(issuer) ?? issuer,
    projectId: claims.job_project_id ?? claims.project_id,
    projectPath: isOwn ? claims.project_path : claims.job_project_path,
    namespaceId: isOwn ? claims.namespace_id : claims.job_namespace_id,
    namespacePath: isOwn ? claims.namespace_path : claims.job_namespace_path,
    jobId: claims.job_id,
    pipelineId: claims.pipeline_id,
    pipelineSource: claims.pipeline_source,
    userId: claims.user_id,
    userLogin: claims.user_login,
    runnerId: claims.runner_id,
    sha: claims.sha,
    ref: claims.ref,
    refType: claims.ref_type,
    isOfFork: !isOwn && claims.project_id !== claims.job_project_id ? (true as const) : undefined,
    refProtected: claims.ref_protected,
    environment: claims.environment,
    startedAt: payload.iat === undefined ? undefined : payload.iat * 1000,
    addresses: [],
  };
  return jobContextSchema.parse(context);
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} is not the right one`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is not from its issuer';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not RS256';
  if (error instanceof errors.JWKSNoMatchingKey) return 'its issuer has no such key';
  if (error instanceof z.ZodError) return 'its claims name no job of a project';
  return 'it is malformed';
}
