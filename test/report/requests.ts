import type { EgressRequest } from '../../src/egress/content/request.js';

/** A request for something that does not exist, which sends no data. */
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
