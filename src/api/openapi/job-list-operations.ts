import { LISTED_VERDICTS } from '../../jobs/search/query.js';
import { MAX_LISTED } from '../jobs/list/list-query.js';
import { json, type Operation } from './operation.js';
import type { Parameter } from './parameters.js';

const words = (name: string, description: string): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: { type: 'string', maxLength: 255 },
});

/** Search parameters for jobs, in the API and on the start page. An empty one counts as absent. */
export const jobFilter: readonly Parameter[] = [
  words('project', 'only jobs of projects whose name contains this, ignoring case'),
  {
    name: 'verdict',
    in: 'query',
    required: false,
    description: 'only jobs with this verdict; none: waiting and running jobs',
    schema: { type: 'string', enum: ['', ...LISTED_VERDICTS] },
  },
  words('submitter', 'only jobs of submitters, or GitLab users, whose name contains this, ignoring case'),
  words('package', 'only finished jobs that installed the package of this name; scoped ones as @scope/name'),
  words('before', 'only jobs after this position: the value of next in the previous answer'),
];

export const JOB_LIST_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/jobs',
    group: 'Jobs',
    summary:
      'The jobs that the caller may read, newest first. A search stops after looking through 2,000 jobs and says where to continue.',
    secured: true,
    parameters: [
      ...jobFilter,
      {
        name: 'limit',
        in: 'query',
        required: false,
        description: 'number of jobs in one answer (default: 50)',
        schema: { type: 'integer', minimum: 1, maximum: MAX_LISTED },
      },
    ],
    answers: { 200: json('the jobs', 'Jobs') },
  },
];
