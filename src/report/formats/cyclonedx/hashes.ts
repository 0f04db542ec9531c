import { HashAlgorithm } from '@cyclonedx/cyclonedx-library/Enums';
import type { Hash } from '@cyclonedx/cyclonedx-library/Models';

/** By the algorithm's name in Subresource Integrity; the number is the length of its digest in bytes. */
const ALGORITHMS: Readonly<Record<string, readonly [HashAlgorithm, number]>> = {
  md5: [HashAlgorithm.MD5, 16],
  sha1: [HashAlgorithm['SHA-1'], 20],
  sha256: [HashAlgorithm['SHA-256'], 32],
  sha384: [HashAlgorithm['SHA-384'], 48],
  sha512: [HashAlgorithm['SHA-512'], 64],
};

/**
 * The hashes that an integrity value (`sha512-…`, several are separated by spaces) requires. Null if it is not one, e.g. the hash
 * of a cache's own file, or if it accepts any of several hashes with the same algorithm, which a list of hashes can't express.
 */
export function hashesOf(integrity: string): readonly Hash[] | null {
  const hashes = integrity.trim().split(/\s+/).map(hashOf);
  const known = hashes.filter((hash) => hash !== null);
  const algorithms = new Set(known.map(([algorithm]) => algorithm));
  return known.length === hashes.length && algorithms.size === hashes.length ? known : null;
}

/** `ALGORITHM-BASE64`, possibly followed by `?` and options, which have no meaning yet. */
function hashOf(text: string): Hash | null {
  const [, name = '', base64 = ''] = /^(\w+)-([A-Za-z0-9+/]+={0,2})(?:\?.*)?$/.exec(text) ?? [];
  const algorithm = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
  const digest = Buffer.from(base64, 'base64');
  return algorithm !== undefined && digest.length === algorithm[1] ? [algorithm[0], digest.toString('hex')] : null;
}
