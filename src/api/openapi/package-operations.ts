import { json, type Operation, page } from './operation.js';
import type { Parameter } from './parameters.js';

const name: Parameter = {
  name: 'name',
  in: 'path',
  required: true,
  description: 'the package; a scoped one as @scope/name, with the slash encoded or not',
  schema: { type: 'string', minLength: 1, maxLength: 214 },
};
const scope: Parameter = {
  name: 'scope',
  in: 'path',
  required: true,
  description: 'the package’s scope, with its @',
  schema: { type: 'string', pattern: '^@' },
};

/** The operations on packages. */
export const PACKAGE_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/packages/{name}',
    group: 'Jobs',
    summary: 'A package: every version in jobs that the caller may read, what each did and where, newest first.',
    secured: true,
    parameters: [name],
    answers: { 200: json('the package', 'Package') },
  },
  {
    method: 'get',
    path: '/v1/packages/{scope}/{name}',
    group: 'Jobs',
    summary: 'The same for a package with a scope.',
    secured: true,
    parameters: [scope, name],
    answers: { 200: json('the package', 'Package') },
  },
];

/** The same operations as pages. */
export const PACKAGE_PAGES: readonly Operation[] = PACKAGE_OPERATIONS.map((operation) => ({
  ...operation,
  path: operation.path.replace('/v1', ''),
  group: 'Pages',
  answers: { 200: page('the page') },
}));
