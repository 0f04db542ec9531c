import { HashAlgorithm } from '@cyclonedx/cyclonedx-library/Enums';
import type { Hash } from '@cyclonedx/cyclonedx-library/Models';

/** By the names of Subresource Integrity, with the digest's length in bytes. */
const ALGORITHMS: Readonly<Record<string, readonly [HashAlgorithm, number]>> = {
  md5: [HashAlgorithm.MD5, 16],
  sha1: [HashAlgorithm['SHA-1'], 20],
  sha256: [HashAlgorithm['SHA-256'], 32],
  sha384: [HashAlgorithm['SHA-384'], 48],
  sha512: [HashAlgorithm['SHA-512'], 64],
};

/**
 * The hashes that an integrity (`sha512-…`, several apart by spaces) demands; null where it is no such thing, e.g. the hash of
 * a cache's own file, or where it takes one of several of one algorithm, which a list of hashes can't say.
 */
export function hashesOf(integrity: string): readonly Hash[] | null {
  const hashes = integrity.trim().split(/\s+/).map(hashOf);
  const known = hashes.filter((hash) => hash !== null);
  const algorithms = new Set(known.map(([algorithm]) => algorithm));
  return known.length === hashes.length && algorithms.size === hashes.length ? known : null;
}

/** `ALGORITHM-BASE64`, and options behind `?`, which mean nothing. */
function hashOf(text: string): Hash | null {
  const [, name = '', base64 = ''] = /^(\w+)-([A-Za-z0-9+/]+={0,2})(?:\?.*)?$/.exec(text) ?? [];
  const algorithm = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
  const digest = Buffer.from(base64, 'base64');
  return algorithm !== undefined && digest.length === algorithm[1] ? [algorithm[0], digest.toString('hex')] : null;
}
