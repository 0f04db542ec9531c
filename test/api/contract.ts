import type { IncomingMessage, ServerResponse } from 'node:http';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { OPENAPI_DOCUMENT } from '../../src/api/openapi/document.js';

interface Declared {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema?: { $ref: string } }>> }>
  >;
}

const PATHS = Object.entries(OPENAPI_DOCUMENT.paths).map(([path, item]) => ({
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`),
  item: item as Record<string, Declared>,
}));

/** Every object that lists its properties has no others: what is sent must be written down. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, strict(value)]);
  const closed = 'properties' in schema && !('additionalProperties' in schema);
  return { ...Object.fromEntries(entries), ...(closed ? { additionalProperties: false } : {}) };
}

function compileSchemas(): ReadonlyMap<string, ValidateFunction> {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const schemas = Object.entries(OPENAPI_DOCUMENT.components.schemas);
  return new Map(
    schemas.map(([name, schema]) => [`#/components/schemas/${name}`, ajv.compile(strict(schema) as object)]),
  );
}

const VALIDATORS = compileSchemas();

/** Holds every answer of a service against `/openapi.json`. */
export class Contract {
  readonly #faults: string[] = [];

  watch(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    // Express changes it for routers that are mounted somewhere.
    const url = new URL(request.url ?? '/', 'http://localhost');
    const keep = (chunk: unknown): void => {
      if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) chunks.push(Buffer.from(chunk));
    };
    const [write, end] = [response.write.bind(response), response.end.bind(response)];
    response.write = ((...parts: Parameters<typeof write>) => {
      keep(parts[0]);
      return write(...parts);
    }) as typeof response.write;
    response.end = ((...parts: Parameters<typeof end>) => {
      keep(parts[0]);
      return end(...parts);
    }) as typeof response.end;
    response.once('finish', () => {
      const fault = faultOf(request, url, response, Buffer.concat(chunks).toString());
      if (fault !== undefined)
        this.#faults.push(`${request.method} ${url.pathname} → ${response.statusCode}: ${fault}`);
    });
  }

  /** @throws when an answer was not as the document says */
  assertKept(): void {
    if (this.#faults.length > 0) throw new Error(`not as /openapi.json says:\n${this.#faults.slice(0, 10).join('\n')}`);
  }
}

function faultOf(request: IncomingMessage, url: URL, response: ServerResponse, body: string): string | undefined {
  const status = response.statusCode;
  if (url.pathname.startsWith('/assets/') && status === 200) return undefined;
  const path = PATHS.find(({ pattern }) => pattern.test(url.pathname));
  const method = request.method === 'HEAD' ? 'get' : (request.method ?? '').toLowerCase();
  const declared = path?.item[method];
  if (declared === undefined) return status >= 400 ? bodyFault('Error', response, body) : 'not in the document';
  const asked = status < 400 ? requestFault(request, url, declared) : undefined;
  if (asked !== undefined) return asked;
  const answer = declared.responses[status] ?? (status >= 400 ? declared.responses.default : undefined);
  if (answer === undefined) return 'a status that the document does not have';
  if (body === '') return undefined;
  const type = mediaType(response.getHeader('content-type'));
  const content = answer.content?.[type];
  if (content === undefined) return `a type that the document does not have: ${type}`;
  // The sign of life of a request without an id is an error with the status 200.
  const signOfLife = url.pathname === '/' && !url.searchParams.has('id');
  const schema = signOfLife && type === 'application/json' ? 'Error' : content.schema?.$ref.split('/').at(-1);
  return schema === undefined ? undefined : bodyFault(schema, response, body);
}

function requestFault(request: IncomingMessage, url: URL, declared: Declared): string | undefined {
  const known = declared.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const unknown = [...url.searchParams.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) return `a parameter that the document does not have: ${unknown}`;
  const types = Object.keys(declared.requestBody?.content ?? {});
  const type = mediaType(request.headers['content-type']);
  if (types.length === 0 || types.includes('*/*') || types.includes(type)) return undefined;
  return `a request of a type that the document does not have: ${type}`;
}

function bodyFault(schema: string, response: ServerResponse, body: string): string | undefined {
  if (body === '' || mediaType(response.getHeader('content-type')) !== 'application/json') return undefined;
  const validate = VALIDATORS.get(`#/components/schemas/${schema}`);
  if (validate === undefined) return `no schema ${schema}`;
  if (validate(JSON.parse(body))) return undefined;
  return validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`).join('; ');
}

function mediaType(header: number | string | readonly string[] | undefined): string {
  return (
    String(header ?? '')
      .split(';')[0]
      ?.trim()
      .toLowerCase() ?? ''
  );
}
