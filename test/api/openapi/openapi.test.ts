import request from 'supertest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Service, startService } from '../service.js';

let service: Service;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service.close());

test('the document names every address, and each of them is there', async () => {
  const { body } = await request(service.server).get('/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  for (const [path, item] of Object.entries<Record<string, { operationId: string }>>(body.paths)) {
    // Receivers, and what they received, are there only where they are configured.
    if (/^\/falco\/|gitlab/.test(path)) continue;
    const answer = await request(service.server).patch(path.replace(/\{\w+\}/, 'x'));
    expect([path, answer.status]).toEqual([path, 405]);
    const allowed = String(answer.headers.allow).split(', ');
    expect(allowed.filter((method) => method !== 'HEAD')).toEqual(Object.keys(item).map((name) => name.toUpperCase()));
  }
});

test('references resolve, and operations have different names', async () => {
  const { body, text } = await request(service.server).get('/openapi.json');
  const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1] ?? '');
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(body.components.schemas).toHaveProperty(name);
  const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map((match) => match[1]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('people read the same at /docs', async () => {
  const { text, headers } = await request(service.server).get('/docs');
  expect(headers['content-type']).toContain('text/html');
  const { body } = await request(service.server).get('/openapi.json');
  for (const path of Object.keys(body.paths)) expect(text).toContain(path);
  for (const name of Object.keys(body.components.schemas)) expect(text).toContain(`id="schema-${name}"`);
});
