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

/** What jobs are searched by, in the interface and on the start page. An empty one counts as none. */
export const jobFilter: readonly Parameter[] = [
  words('project', 'only jobs of projects whose name holds this, in any case'),
  {
    name: 'verdict',
    in: 'query',
    required: false,
    description: 'only jobs with this verdict; none: those that wait or run',
    schema: { type: 'string', enum: ['', ...LISTED_VERDICTS] },
  },
  words('submitter', 'only jobs of submitters, or GitLab users, whose name holds this, in any case'),
  words('package', 'only ended jobs that had the package of this name; scoped ones as @scope/name'),
  words('before', 'only jobs behind this place; the answer’s next'),
];

export const JOB_LIST_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/jobs',
    group: 'Jobs',
    summary:
      'The jobs that the reader may read, newest first. A search that finds little stops after 2,000 jobs and says where to go on.',
    secured: true,
    parameters: [
      ...jobFilter,
      {
        name: 'limit',
        in: 'query',
        required: false,
        description: 'jobs in one answer, 50 unless given',
        schema: { type: 'integer', minimum: 1, maximum: MAX_LISTED },
      },
    ],
    answers: { 200: json('the jobs', 'Jobs') },
  },
];
