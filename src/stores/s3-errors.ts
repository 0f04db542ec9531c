import { S3ServiceException } from '@aws-sdk/client-s3';
import { StoreError } from './object-store.js';

const WHERE = 'the store of tarballs and reports (S3)';
const REFUSED: ReadonlySet<string> = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'AccessDenied']);

/** The error of a request as our own. The message has no address, bucket or key id in it: clients of the API read it. */
export function fromS3(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof S3ServiceException) return fromAnswer(error);
  const { name, code } = error instanceof Error ? (error as Error & { code?: unknown }) : {};
  const isLate = name === 'TimeoutError' || name === 'AbortError' || code === 'ETIMEDOUT';
  const reason = isLate ? 'does not answer in time' : `can’t be reached${typeof code === 'string' ? ` (${code})` : ''}`;
  return new StoreError('store-unavailable', `${WHERE} ${reason}`, { cause: error });
}

function fromAnswer(error: S3ServiceException): StoreError {
  const status = error.$metadata.httpStatusCode ?? 0;
  if (error.name === 'NoSuchKey') return new StoreError('object-missing', 'no such object', { cause: error });
  return new StoreError('store-unavailable', `${WHERE} ${reasonOf(error.name, status)}`, { cause: error });
}

function reasonOf(name: string, status: number): string {
  if (name === 'NoSuchBucket') return 'has no such bucket (PACKWARDEN_S3_BUCKET)';
  if (REFUSED.has(name) || status === 401 || status === 403) {
    return `refuses the credentials or their rights (${name})`;
  }
  return `answers with status ${status} (${name})`;
}
