import type { Answer, Operation } from './operation.js';
import { OPERATIONS } from './operations.js';
import { componentSchemas, type SchemaName } from './schemas.js';

const FAILURE: Answer = {
  description: 'refused or failed',
  content: { 'application/json': 'Error', 'text/html': null },
};

/** The OpenAPI 3.1 document. It is the same for every request, so it is built once. */
export const OPENAPI_DOCUMENT = Object.freeze({
  openapi: '3.1.0',
  info: {
    title: 'Packwarden',
    version: '1',
    description: 'Detonates a project’s dependencies in a watched container and reports which package did what.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  paths: pathsOf(OPERATIONS),
  components: {
    schemas: componentSchemas(),
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, basic: { type: 'http', scheme: 'basic' } },
  },
});

function pathsOf(operations: readonly Operation[]): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const { path, method, summary, group, secured, parameters = [], body, answers } = operation;
    const item = paths[path] ?? {};
    paths[path] = item;
    item[method] = {
      operationId: `${method}${path.replace(/[^a-z0-9]+(\w?)/gi, (_all, next: string) => next.toUpperCase())}`,
      tags: [group],
      summary,
      parameters,
      ...(body === undefined ? {} : { requestBody: { required: true, content: binary(body) } }),
      responses: { ...responses(answers), default: responseOf(FAILURE) },
      security: secured ? [{ bearer: [] }, { basic: [] }] : [],
    };
  }
  return paths;
}

function binary(types: readonly string[]): Record<string, object> {
  return Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));
}

function responses(answers: Operation['answers']): Record<string, object> {
  return Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)]));
}

function responseOf({ description, content }: Answer): object {
  const types = Object.entries(content).map(([type, schema]) => [type, schema === null ? {} : { schema: ref(schema) }]);
  return types.length === 0 ? { description } : { description, content: Object.fromEntries(types) };
}

function ref(name: SchemaName): object {
  return { $ref: `#/components/schemas/${name}` };
}
