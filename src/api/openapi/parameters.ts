import { EGRESS_MODES } from '../../egress/mode.js';
import { ECOSYSTEMS } from '../../jobs/job.js';

/** A parameter in an operation's path or query. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

export const id: Parameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'the job',
  schema: { type: 'string', format: 'uuid' },
};

/** For reading a report: what is new in it against any other. */
export const compareRead: Parameter = {
  name: 'compare',
  in: 'query',
  required: false,
  description: 'another job to compare with, instead of the one that the report was compared with when it was made',
  schema: { type: 'string', format: 'uuid' },
};

/** The schema of a package manager's name. */
export const ecosystem = { type: 'string', enum: [...ECOSYSTEMS] };

export const egress: Parameter = {
  name: 'egress',
  in: 'query',
  required: false,
  description: 'which hosts the job may reach: fewer than the service’s default, or more, up to PACKWARDEN_EGRESS_MAX',
  schema: { type: 'string', enum: [...EGRESS_MODES] },
};

const named = (name: string, description: string): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: { type: 'string', minLength: 1, maxLength: 255 },
});

/** How a submission describes its project. */
export const projectOptions: readonly Parameter[] = [
  named(
    'project',
    'the project that the job belongs to. An ID token’s project takes precedence; without both, the CI job’s, otherwise the name in the manifest',
  ),
  named('part', 'distinguishes several manifests of one project (default: the name in the manifest)'),
  named('ref', 'the branch or tag; an ID token’s takes precedence'),
  named(
    'default-branch',
    'the branch whose last complete report other branches are compared with (default: CI_DEFAULT_BRANCH)',
  ),
  {
    name: 'compare',
    in: 'query',
    required: false,
    description: 'a job to compare the report with; the submitter must be allowed to read it',
    schema: { type: 'string', format: 'uuid' },
  },
];

export const exercise: readonly Parameter[] = [
  {
    name: 'run',
    in: 'query',
    required: false,
    description:
      "scripts of the project's package.json to run after everything else, separated by commas, e.g. build,test",
    schema: { type: 'string' },
  },
  {
    name: 'passes',
    in: 'query',
    required: false,
    description:
      'whether scripts and loads run a second time, as if on another CI system and at a later date (2), or only once (1); default: set by PACKWARDEN_DEPTH',
    schema: { type: 'string', enum: ['1', '2'] },
  },
];

export const checkNeeded: Parameter = {
  name: 'check-needed',
  in: 'query',
  required: false,
  description:
    'whether to find out which install scripts are needed, by a second install without them; default: set by PACKWARDEN_CHECK_NEEDED',
  schema: { type: 'string', enum: ['true', 'false'] },
};
