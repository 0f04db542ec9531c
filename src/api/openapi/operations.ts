import { PRIORITIES } from '../../falco/alert.js';
import { FORMAT_NAMES } from '../../report/formats/formats.js';
import { MEDIA_TYPES } from '../jobs/upload.js';
import { JOB_LIST_OPERATIONS, jobFilter } from './job-list-operations.js';
import { json, type Operation, page } from './operation.js';
import { PACKAGE_OPERATIONS, PACKAGE_PAGES } from './package-operations.js';
import { checkNeeded, ecosystem, egress, exercise, id, projectOptions } from './parameters.js';
import { PROJECT_OPERATIONS, PROJECT_PAGES } from './project-operations.js';

/** All operations, in the order in which the reference shows them. */
export const OPERATIONS: readonly Operation[] = [
  ...JOB_LIST_OPERATIONS,
  {
    method: 'post',
    path: '/v1/jobs',
    group: 'Jobs',
    summary: 'Submit a gzipped tar of a project. The id is answered when tarball and job are durable.',
    secured: true,
    parameters: [
      {
        name: 'ecosystem',
        in: 'query',
        required: false,
        description: 'what installs it; without it the project tells',
        schema: { ...ecosystem, default: 'auto' },
      },
      egress,
      checkNeeded,
      ...exercise,
      ...projectOptions,
    ],
    body: MEDIA_TYPES,
    answers: { 202: json('taken in; Location is the job', 'Accepted') },
  },
  {
    method: 'get',
    path: '/v1/jobs/{id}',
    group: 'Jobs',
    summary: 'The state of a job while it runs, then its full report.',
    secured: true,
    parameters: [id],
    answers: { 200: json('the job', 'Job') },
  },
  {
    method: 'get',
    path: '/v1/jobs/{id}/report',
    group: 'Jobs',
    summary: 'The report in the form of another system. The verdict also stands in the header Packwarden-Verdict.',
    secured: true,
    parameters: [
      id,
      {
        name: 'format',
        in: 'query',
        required: false,
        description: 'json unless given',
        schema: { type: 'string', enum: [...FORMAT_NAMES] },
      },
      {
        name: 'file',
        in: 'query',
        required: false,
        description: 'the file that findings are shown at; the lock file unless given',
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
      'One line for shells: the exit code of packwarden analyze (0, 1 or 3), the verdict, the reason. 409 while it runs.',
    secured: true,
    parameters: [
      id,
      {
        name: 'fail-on',
        in: 'query',
        required: false,
        description:
          'the priority from which a finding gives the exit code 1; WARNING unless given. new: what the packages did not do before',
        schema: { type: 'string', enum: [...PRIORITIES, 'new'] },
      },
    ],
    answers: { 200: { description: 'e.g. 0 clean nothing at or above WARNING', content: { 'text/plain': null } } },
  },
  {
    method: 'delete',
    path: '/v1/jobs/{id}',
    group: 'Jobs',
    summary: 'Remove a job with its report; one that runs is cancelled. For its submitter and administrators.',
    secured: true,
    parameters: [id],
    answers: {
      202: json('it runs and is being cancelled', 'Cancelling'),
      204: { description: 'removed', content: {} },
    },
  },
  {
    method: 'get',
    path: '/v1/jobs/{id}/events',
    group: 'Jobs',
    summary: 'Server-sent events `state`: one at once, one for each change; the stream ends with the job.',
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
    summary: 'Submit a gzipped tar of a project, as Package Hunter’s clients do.',
    secured: true,
    parameters: [
      { name: 'ecosystem', in: 'path', required: true, description: 'what installs it', schema: ecosystem },
      egress,
    ],
    body: MEDIA_TYPES,
    answers: { 200: json('taken in', 'LegacyAccepted') },
  },
  {
    method: 'get',
    path: '/',
    group: 'Package Hunter',
    summary:
      'With an id: the job as Package Hunter’s clients read it. Without: 200 and an error, a sign of life; for a browser the start page, with the jobs that were searched for.',
    secured: true,
    parameters: [
      { name: 'id', in: 'query', required: false, description: 'the job', schema: { type: 'string', format: 'uuid' } },
      ...jobFilter,
    ],
    answers: {
      200: {
        description: 'the job, the sign of life, or the page',
        content: { 'application/json': 'LegacyJob', 'text/html': null },
      },
    },
  },
  {
    method: 'get',
    path: '/jobs/{id}',
    group: 'Pages',
    summary: 'The page of a job: live while it runs, then its report.',
    secured: true,
    parameters: [id],
    answers: { 200: page('the page') },
  },
  ...PROJECT_PAGES,
  ...PACKAGE_PAGES,
  {
    method: 'get',
    path: '/queues/',
    group: 'Pages',
    summary: 'The queue in a browser, to look at. For administrators.',
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
    summary: 'Whether jobs that come in now would run; which part is not ready, and why.',
    secured: false,
    answers: { 200: json('every part is ready', 'Readiness'), 503: json('some part is not', 'Readiness') },
  },
  {
    method: 'get',
    path: '/cli.tgz',
    group: 'Service',
    summary:
      'The command line that fits this service, without dependencies: npx --yes ADDRESS/cli.tgz. ETag and Repr-Digest are its hash.',
    secured: false,
    answers: {
      200: { description: 'the package', content: { 'application/gzip': null } },
      304: { description: 'If-None-Match names it', content: {} },
    },
  },
  {
    method: 'get',
    path: '/cli.json',
    group: 'Service',
    summary: 'Version and integrity of /cli.tgz, to pin it.',
    secured: false,
    answers: { 200: json('what it is', 'CommandLine') },
  },
  {
    method: 'get',
    path: '/metrics',
    group: 'Service',
    summary: 'The figures, as Prometheus reads them.',
    secured: true,
    answers: { 200: { description: 'the figures', content: { 'text/plain': null } } },
  },
  {
    method: 'post',
    path: '/gitlab/audit-events',
    group: 'Service',
    summary: 'Takes GitLab’s audit events, where a destination is configured; it proves itself with its own token.',
    secured: false,
    parameters: [
      {
        name: 'destination',
        in: 'query',
        required: false,
        description: 'anything: GitLab refuses two destinations with one address',
        schema: { type: 'string' },
      },
    ],
    body: ['*/*'],
    answers: { 200: { description: 'taken', content: { 'application/json': null } } },
  },
  {
    method: 'get',
    path: '/v1/gitlab/alerts',
    group: 'Service',
    summary: 'What the rules said about GitLab’s audit events: for administrators, and for a project its own.',
    secured: true,
    parameters: [
      {
        name: 'since',
        in: 'query',
        required: false,
        description: 'an ISO 8601 time, or where the page before ended',
        schema: { type: 'string' },
      },
      { name: 'project', in: 'query', required: false, description: 'its path or id', schema: { type: 'string' } },
      {
        name: 'limit',
        in: 'query',
        required: false,
        description: 'alerts in one answer',
        schema: { type: 'integer', minimum: 1, maximum: 1000 },
      },
    ],
    answers: { 200: { description: 'the alerts', content: { 'application/json': null } } },
  },
  {
    method: 'post',
    path: '/falco/alerts/{secret}',
    group: 'Service',
    summary: 'Takes the alerts that a Falco ≥ 0.44 posts (http_output), where that is configured.',
    secured: false,
    parameters: [
      { name: 'secret', in: 'path', required: true, description: 'as configured', schema: { type: 'string' } },
    ],
    body: ['*/*'],
    answers: { 204: { description: 'taken, whatever it was', content: {} } },
  },
];
