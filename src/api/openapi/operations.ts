import { PRIORITIES } from '../../falco/alert.js';
import { FORMAT_NAMES } from '../../report/formats/formats.js';
import { MEDIA_TYPES } from '../jobs/upload.js';
import { JOB_LIST_OPERATIONS, jobFilter } from './job-list-operations.js';
import { json, type Operation, page } from './operation.js';
import { PACKAGE_OPERATIONS, PACKAGE_PAGES } from './package-operations.js';
import { checkNeeded, compareRead, ecosystem, egress, exercise, id, projectOptions } from './parameters.js';
import { PROJECT_OPERATIONS, PROJECT_PAGES } from './project-operations.js';

/** All operations, in the order in which the reference shows them. */
export const OPERATIONS: readonly Operation[] = [
  ...JOB_LIST_OPERATIONS,
  {
    method: 'post',
    path: '/v1/jobs',
    group: 'Jobs',
    summary: 'Submit a gzipped tar of a project. The answer is sent once tarball and job are stored durably.',
    secured: true,
    parameters: [
      {
        name: 'ecosystem',
        in: 'query',
        required: false,
        description: 'the package manager; detected from the project by default',
        schema: { ...ecosystem, default: 'auto' },
      },
      egress,
      checkNeeded,
      ...exercise,
      ...projectOptions,
    ],
    body: MEDIA_TYPES,
    answers: { 202: json('accepted; the header Location is the job', 'Accepted') },
  },
  {
    method: 'get',
    path: '/v1/jobs/{id}',
    group: 'Jobs',
    summary: 'The state of a job while it runs, then its full report.',
    secured: true,
    parameters: [id, compareRead],
    answers: { 200: json('the job', 'Job') },
  },
  {
    method: 'get',
    path: '/v1/jobs/{id}/report',
    group: 'Jobs',
    summary: 'The report in another format. The header Packwarden-Verdict also has the verdict.',
    secured: true,
    parameters: [
      id,
      {
        name: 'format',
        in: 'query',
        required: false,
        description: 'default: json',
        schema: { type: 'string', enum: [...FORMAT_NAMES] },
      },
      {
        name: 'file',
        in: 'query',
        required: false,
        description: 'the file to show findings at (default: the lock file)',
        schema: { type: 'string', maxLength: 255 },
      },
    ],
    answers: {
      200: {
        description: 'the report',
        content: {
          'application/json': null,
          'application/sarif+json': null,
          'application/vnd.cyclonedx+json': null,
          'application/xml': null,
          'text/plain': null,
        },
      },
    },
  },
  {
    method: 'get',
    path: '/v1/jobs/{id}/verdict',
    group: 'Jobs',
    summary:
      'One line for shell scripts: the exit code that packwarden analyze would return (0, 1 or 3), the verdict, the reason. 409 while the job runs.',
    secured: true,
    parameters: [
      id,
      {
        name: 'fail-on',
        in: 'query',
        required: false,
        description:
          'lowest priority of a finding that gives exit code 1 (default: WARNING). new: only findings that the project’s previous report did not have',
        schema: { type: 'string', enum: [...PRIORITIES, 'new'] },
      },
    ],
    answers: { 200: { description: 'e.g. 0 clean nothing at or above WARNING', content: { 'text/plain': null } } },
  },
  {
    method: 'delete',
    path: '/v1/jobs/{id}',
    group: 'Jobs',
    summary: 'Remove a job with its report; a running job is cancelled. Only for its submitter and administrators.',
    secured: true,
    parameters: [id],
    answers: {
      202: json('the job is running and is being cancelled', 'Cancelling'),
      204: { description: 'removed', content: {} },
    },
  },
  {
    method: 'get',
    path: '/v1/jobs/{id}/events',
    group: 'Jobs',
    summary: 'Server-sent events `state`: one immediately and one for each change; the stream ends with the job.',
    secured: true,
    parameters: [id],
    answers: { 200: { description: 'events whose data is a StateEvent', content: { 'text/event-stream': null } } },
  },
  ...PROJECT_OPERATIONS,
  ...PACKAGE_OPERATIONS,
  {
    method: 'post',
    path: '/monitor/project/{ecosystem}',
    group: 'Package Hunter',
    summary: 'Submit a gzipped tar of a project the way Package Hunter’s clients do.',
    secured: true,
    parameters: [
      { name: 'ecosystem', in: 'path', required: true, description: 'the package manager', schema: ecosystem },
      egress,
    ],
    body: MEDIA_TYPES,
    answers: { 200: json('accepted', 'LegacyAccepted') },
  },
  {
    method: 'get',
    path: '/',
    group: 'Package Hunter',
    summary:
      'With an id: the job as Package Hunter’s clients read it. Without: 200 and an error, which these clients use as a health check; for a browser the start page with the job search.',
    secured: true,
    parameters: [
      { name: 'id', in: 'query', required: false, description: 'the job', schema: { type: 'string', format: 'uuid' } },
      ...jobFilter,
    ],
    answers: {
      200: {
        description: 'the job, the health check’s answer, or the page',
        content: { 'application/json': 'LegacyJob', 'text/html': null },
      },
    },
  },
  {
    method: 'get',
    path: '/jobs/{id}',
    group: 'Pages',
    summary: 'The page of a job: live progress while it runs, then its report.',
    secured: true,
    parameters: [id, compareRead],
    answers: { 200: page('the page') },
  },
  ...PROJECT_PAGES,
  ...PACKAGE_PAGES,
  {
    method: 'get',
    path: '/queues/',
    group: 'Pages',
    summary: 'A read-only view of the queue. For administrators.',
    secured: true,
    answers: { 200: page('the page') },
  },
  {
    method: 'get',
    path: '/docs',
    group: 'Pages',
    summary: 'This reference.',
    secured: true,
    answers: { 200: page('the page') },
  },
  {
    method: 'get',
    path: '/openapi.json',
    group: 'Pages',
    summary: 'This reference as OpenAPI 3.1.',
    secured: true,
    answers: { 200: { description: 'the document', content: { 'application/json': null } } },
  },
  {
    method: 'get',
    path: '/healthz',
    group: 'Service',
    summary: 'Whether the process is alive.',
    secured: false,
    answers: { 200: json('alive', 'Health') },
  },
  {
    method: 'get',
    path: '/readyz',
    group: 'Service',
    summary: 'Whether new jobs would run; if not, which part is not ready, and why.',
    secured: false,
    answers: { 200: json('every part is ready', 'Readiness'), 503: json('some part is not', 'Readiness') },
  },
  {
    method: 'get',
    path: '/cli.tgz',
    group: 'Service',
    summary:
      'The command line client of this service’s version, without dependencies: npx --yes ADDRESS/cli.tgz. ETag and Repr-Digest hold its hash.',
    secured: false,
    answers: {
      200: { description: 'the package', content: { 'application/gzip': null } },
      304: { description: 'not modified: If-None-Match has its ETag', content: {} },
    },
  },
  {
    method: 'get',
    path: '/cli.json',
    group: 'Service',
    summary: 'Version and integrity of /cli.tgz, for pinning it.',
    secured: false,
    answers: { 200: json('its description', 'CommandLine') },
  },
  {
    method: 'get',
    path: '/metrics',
    group: 'Service',
    summary: 'Metrics in Prometheus’ format.',
    secured: true,
    answers: { 200: { description: 'the metrics', content: { 'text/plain': null } } },
  },
  {
    method: 'post',
    path: '/gitlab/audit-events',
    group: 'Service',
    summary:
      'Receives GitLab’s audit events if a destination is configured. Authenticated by the destination’s own token.',
    secured: false,
    parameters: [
      {
        name: 'destination',
        in: 'query',
        required: false,
        description: 'any text: GitLab refuses two destinations with the same address',
        schema: { type: 'string' },
      },
    ],
    body: ['*/*'],
    answers: { 200: { description: 'accepted', content: { 'application/json': null } } },
  },
  {
    method: 'get',
    path: '/v1/gitlab/alerts',
    group: 'Service',
    summary: 'Alerts about GitLab’s audit events: all of them for administrators, a project’s own for its ID token.',
    secured: true,
    parameters: [
      {
        name: 'since',
        in: 'query',
        required: false,
        description: 'an ISO 8601 time, or the position where the previous page ended',
        schema: { type: 'string' },
      },
      {
        name: 'project',
        in: 'query',
        required: false,
        description: 'the project’s path or ID',
        schema: { type: 'string' },
      },
      {
        name: 'limit',
        in: 'query',
        required: false,
        description: 'number of alerts in one answer',
        schema: { type: 'integer', minimum: 1, maximum: 1000 },
      },
    ],
    answers: { 200: { description: 'the alerts', content: { 'application/json': null } } },
  },
  {
    method: 'post',
    path: '/falco/alerts/{secret}',
    group: 'Service',
    summary: 'Receives the alerts that a Falco ≥ 0.44 posts (http_output), if that is configured.',
    secured: false,
    parameters: [
      { name: 'secret', in: 'path', required: true, description: 'as configured', schema: { type: 'string' } },
    ],
    body: ['*/*'],
    answers: { 204: { description: 'received; malformed alerts get the same answer', content: {} } },
  },
];
