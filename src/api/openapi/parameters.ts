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

export const checkNeeded: Parameter = {
  name: 'check-needed',
  in: 'query',
  required: false,
  description:
    'whether to find out which install scripts are needed, by a second install without; as PACKWARDEN_CHECK_NEEDED unless given',
  schema: { type: 'string', enum: ['true', 'false'] },
};
