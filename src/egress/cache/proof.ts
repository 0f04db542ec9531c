import { Readable } from 'node:stream';
import ssri from 'ssri';
import { hasCode } from '../../errors/code.js';
import { bytesNamedBy } from './names-bytes.js';
import type { Spool } from './spool.js';
import { documentBelow, type Tarball, type Wanted } from './wanted.js';

export type WantedDocument = ReturnType<typeof documentBelow>;

/** Reads documents of one registry. Each method resolves with undefined if there is no document, or if it is larger than `maxBytes`. */
export interface Documents {
  /** From the cache, however old it is. */
  kept(document: WantedDocument, maxBytes: number): Promise<string | undefined>;
  /** From the registry. */
  asked(document: WantedDocument, maxBytes: number): Promise<string | undefined>;
  /** The same for a document that no client requests; it is not stored. */
  askedOnce(document: WantedDocument, maxBytes: number): Promise<string | undefined>;
}

/** Parsing a larger document would block the event loop for a tenth of a second; in that case the version's own document is requested. */
const QUICK_BYTES = 4 * 1024 ** 2;
const MAX_BYTES = 64 * 1024 ** 2;

/** `unknown` if no document of the registry contains the hash. */
export type Proof = 'proven' | 'unknown' | 'mismatch';

/**
 * Whether a downloaded tarball has the hash that its registry's documents name. Cached documents are tried first, since an install without
 * a lock file has just requested them. With a lock file clients request none, so the cache does: for npm the document of the single
 * version, which has a few KB where the package's document may have megabytes; registries without such documents (GitLab's) are asked for
 * the package's.
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
  for (const { below, form, from, name } of documentsFor(tarball)) {
    const maxBytes = from === 'kept' ? QUICK_BYTES : MAX_BYTES;
    const text = await documents[from](documentBelow(registry, below, form), maxBytes);
    const named = text === undefined ? undefined : bytesNamedBy(text, tarball, name);
    if (named !== undefined) yield named;
  }
}

interface DocumentPlace {
  readonly below: string;
  readonly form: 'install' | 'whole';
  readonly from: keyof Documents;
  readonly name: string;
}

function* documentsFor({ kind, names, version }: Tarball): Generator<DocumentPlace> {
  for (const from of ['kept', 'asked'] as const) {
    for (const name of names) {
      if (kind === 'gem') yield { below: `info/${name}`, form: 'whole', from, name };
      if (kind === 'gem') continue;
      // Encoded the way npm's client does it.
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
    if (hasCode(error, 'EINTEGRITY')) return false;
    throw error;
  }
}
