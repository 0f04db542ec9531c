import { json, type Operation, page } from './operation.js';
import type { Parameter } from './parameters.js';

const projectId: Parameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'the project',
  schema: { type: 'string', pattern: '^[0-9a-f]{32}$' },
};
const runPage: readonly Parameter[] = [
  {
    name: 'before',
    in: 'query',
    required: false,
    description: 'only runs before this time: the value of next in the previous answer',
    schema: { type: 'string', format: 'date-time' },
  },
  {
    name: 'limit',
    in: 'query',
    required: false,
    description: 'number of runs in one answer (default: 50)',
    schema: { type: 'integer', minimum: 1, maximum: 200 },
  },
];

/** The operations on projects. */
export const PROJECT_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/projects',
    group: 'Jobs',
    summary: 'The projects whose jobs the caller may read, the most recently run first.',
    secured: true,
    answers: { 200: json('the projects', 'Projects') },
  },
  {
    method: 'get',
    path: '/v1/projects/{id}',
    group: 'Jobs',
    summary: 'A project: its runs, newest first, and what its packages do and since when.',
    secured: true,
    parameters: [projectId, ...runPage],
    answers: { 200: json('the project', 'Project') },
  },
];

/** The same operations as pages. */
export const PROJECT_PAGES: readonly Operation[] = [
  {
    method: 'get',
    path: '/projects',
    group: 'Pages',
    summary: 'The projects.',
    secured: true,
    answers: { 200: page('the page') },
  },
  {
    method: 'get',
    path: '/projects/{id}',
    group: 'Pages',
    summary: 'A project: its runs and what its packages do.',
    secured: true,
    parameters: [projectId, ...runPage],
    answers: { 200: page('the page') },
  },
];
