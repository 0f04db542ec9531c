import { Readable } from 'node:stream';
import ssri from 'ssri';
import { bytesNamedBy } from './names-bytes.js';
import type { Spool } from './spool.js';
import { documentBelow, type Tarball, type Wanted } from './wanted.js';

export type WantedDocument = ReturnType<typeof documentBelow>;

/** Reads documents of one registry. Each resolves with undefined where there is none, or one that is larger than `maxBytes`. */
export interface Documents {
  /** What is kept, however old it is. */
  kept(document: WantedDocument, maxBytes: number): Promise<string | undefined>;
  /** As the registry has it now. */
  asked(document: WantedDocument, maxBytes: number): Promise<string | undefined>;
  /** The same, for a document that nobody else asks for: it is not kept. */
  askedOnce(document: WantedDocument, maxBytes: number): Promise<string | undefined>;
}

/** Reading a larger one takes the only thread for a tenth of a second, so the version's own is asked for. */
const QUICK_BYTES = 4 * 1024 ** 2;
const MAX_BYTES = 64 * 1024 ** 2;

/** `unknown` where no document of the registry says what the bytes are. */
export type Proof = 'proven' | 'unknown' | 'mismatch';

/**
 * Whether a downloaded tarball is what its registry's documents say it is. Kept documents come first, because an install without a
 * lock file has just asked for them; with one nobody asks for any, so we do. Of npm that is the document of the one version, which
 * has a few KB where a package's own may have megabytes; registries that have none (GitLab's) are asked for the package's.
 */
export async function proofOf(wanted: Wanted, tarball: Tarball, spool: Spool, documents: Documents): Promise<Proof> {
  let proof: Proof = 'unknown';
  for await (const named of namedIn(wanted, tarball, documents)) {
    if (await matches(spool, named)) return 'proven';
    proof = 'mismatch';
  }
  return proof;
}

async function* namedIn({ registry }: Wanted, tarball: Tarball, documents: Documents): AsyncGenerator<string> {
  for (const { below, form, from, name } of placesOf(tarball)) {
    const maxBytes = from === 'kept' ? QUICK_BYTES : MAX_BYTES;
    const text = await documents[from](documentBelow(registry, below, form), maxBytes);
    const named = text === undefined ? undefined : bytesNamedBy(text, tarball, name);
    if (named !== undefined) yield named;
  }
}

interface Place {
  readonly below: string;
  readonly form: 'install' | 'whole';
  readonly from: keyof Documents;
  readonly name: string;
}

function* placesOf({ kind, names, version }: Tarball): Generator<Place> {
  for (const from of ['kept', 'asked'] as const) {
    for (const name of names) {
      if (kind === 'gem') yield { below: `info/${name}`, form: 'whole', from, name };
      if (kind === 'gem') continue;
      // As npm's client writes a scope.
      const below = name.replace('/', '%2f');
      if (from === 'asked' && version !== undefined) {
        yield { below: `${below}/${version}`, form: 'whole', from: 'askedOnce', name };
      }
      yield { below, form: 'install', from, name };
      if (from === 'kept') yield { below, form: 'whole', from, name };
    }
  }
}

async function matches(spool: Spool, named: string): Promise<boolean> {
  try {
    await ssri.checkStream(Readable.from(spool.read()), named);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EINTEGRITY') return false;
    throw error;
  }
}
