import { EGRESS_MODES } from '../../egress/mode.js';
import { ECOSYSTEMS } from '../../jobs/job.js';

/** Of an operation's path or query. */
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

/** The schema of what installs a project. */
export const ecosystem = { type: 'string', enum: [...ECOSYSTEMS] };

export const egress: Parameter = {
  name: 'egress',
  in: 'query',
  required: false,
  description: 'what the job may reach: less than the service lets jobs reach, or more, up to PACKWARDEN_EGRESS_MAX',
  schema: { type: 'string', enum: [...EGRESS_MODES] },
};

const named = (name: string, description: string): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: { type: 'string', minLength: 1, maxLength: 255 },
});

/** What a submission says of its project. */
export const projectOptions: readonly Parameter[] = [
  named(
    'project',
    'the project that it is a run of; an ID token’s counts before it; without both a CI job’s, else the manifest’s name',
  ),
  named('part', 'tells several manifests of one project apart; the manifest’s name unless given'),
  named('ref', 'its branch or tag; an ID token’s counts before it'),
  named(
    'default-branch',
    'the branch whose last complete report others are compared with; CI_DEFAULT_BRANCH unless given',
  ),
  {
    name: 'compare',
    in: 'query',
    required: false,
    description: 'the job whose report it is compared with; one that the submitter may read',
    schema: { type: 'string', format: 'uuid' },
  },
];

export const exercise: readonly Parameter[] = [
  {
    name: 'run',
    in: 'query',
    required: false,
    description:
      "scripts of the project's package.json that are run after everything else, separated by commas, e.g. build,test",
    schema: { type: 'string' },
  },
  {
    name: 'passes',
    in: 'query',
    required: false,
    description:
      'whether scripts and loads run once more on another CI’s machine with the clock ahead (2) or not (1); as PACKWARDEN_DEPTH unless given',
    schema: { type: 'string', enum: ['1', '2'] },
  },
];

export const checkNeeded: Parameter = {
  name: 'check-needed',
  in: 'query',
  required: false,
  description:
    'whether to find out which install scripts are needed, by a second install without; as PACKWARDEN_CHECK_NEEDED unless given',
  schema: { type: 'string', enum: ['true', 'false'] },
};
