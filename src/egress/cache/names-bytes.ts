import ssri from 'ssri';
import { z } from 'zod';
import type { Tarball } from './wanted.js';

const ALGORITHMS = ['sha512', 'sha384', 'sha256', 'sha1'] as const;

const distSchema = z.object({
  tarball: z.string().optional(),
  integrity: z.string().optional(),
  shasum: z.string().optional(),
});
const versionSchema = z.object({ dist: distSchema });
const packageSchema = z.object({ versions: z.record(z.string(), z.unknown()) });

/**
 * The hash of a tarball according to a registry's document, as Subresource Integrity; undefined if the document does not contain it. The
 * document describes an npm package or one of its versions (https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md),
 * or is a gem's file of the compact index (https://guides.rubygems.org/rubygems-org-compact-index-api/).
 */
export function bytesNamedBy(text: string, tarball: Tarball, gemName = ''): string | undefined {
  return tarball.kind === 'gem'
    ? namedByIndex(text, tarball.file.slice(gemName.length + 1))
    : namedByPackage(text, tarball);
}

function namedByPackage(text: string, { file, version }: Tarball): string | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  const whole = packageSchema.safeParse(content);
  if (!whole.success) return integrityOf(content);
  const { versions } = whole.data;
  if (version !== undefined && Object.hasOwn(versions, version)) return integrityOf(versions[version]);
  return integrityOf(Object.values(versions).find((each) => isOf(each, file)));
}

function isOf(version: unknown, file: string): boolean {
  const parsed = versionSchema.safeParse(version);
  return parsed.success && parsed.data.dist.tarball?.endsWith(`/${file}`) === true;
}

function integrityOf(version: unknown): string | undefined {
  const parsed = versionSchema.safeParse(version);
  if (!parsed.success) return undefined;
  const { integrity, shasum } = parsed.data.dist;
  const strong = integrity === undefined ? undefined : strongest(integrity);
  if (strong !== undefined) return strong;
  return shasum === undefined || !/^[0-9a-f]{40}$/i.test(shasum) ? undefined : ssri.fromHex(shasum, 'sha1').toString();
}

/** As in npm, the strongest algorithm counts. Algorithms weaker than SHA-1 and malformed values are ignored. */
function strongest(integrity: string): string | undefined {
  const parsed = ssri.parse(integrity) as Readonly<Partial<Record<string, readonly { toString(): string }[]>>>;
  const hashes = ALGORITHMS.map((algorithm) => parsed[algorithm]).find((each) => each !== undefined);
  return hashes?.join(' ');
}

function namedByIndex(text: string, version: string): string | undefined {
  const line = text.split('\n').findLast((each) => each.startsWith(`${version} `));
  const [, sum] = /[|,]checksum:([0-9a-f]{64})(?:,|$)/.exec(line ?? '') ?? [];
  return sum === undefined ? undefined : ssri.fromHex(sum, 'sha256').toString();
}
