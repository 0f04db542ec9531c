import type { EgressRequest } from '../../src/egress/content/request.js';

/** A request that asks for something, was told that there is none, and sends nothing. */
export const GET: EgressRequest = {
  method: 'GET',
  path: '/',
  headers: ['host'],
  headerValues: '',
  status: 404,
  bodyBytes: 0,
  bodyKind: 'none',
  body: '',
  tells: [],
  count: 1,
  at: 0,
  clientPorts: [],
};
