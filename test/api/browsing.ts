import request from 'supertest';
import { hashToken } from '../../src/api/auth/credentials.js';
import { type Service, type ServiceOptions, startService } from './service.js';

/** A service with the submitters `ci` and `other` and the administrator `ops`. */
export function startForReaders(options: Pick<ServiceOptions, 'gitlab'> = {}): Promise<Service> {
  return startService({
    tokens: ['ci', 'other', 'ops'].map((name) => ({ name, digest: hashToken(name) })),
    administrators: ['ops'],
    ...options,
  });
}

/** Asks as a browser does. */
export function browse({ server }: Service, path: string, as = 'ci') {
  const headers = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', Authorization: `Bearer ${as}` };
  return request(server).get(path).set(headers);
}

/** What a reader sees: without markup. */
export function words(page: string): string {
  return page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}
