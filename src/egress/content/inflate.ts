import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** The decoded part of a body. */
export interface Decoded {
  readonly bytes: Buffer;
  /** Whether it is complete: not corrupt, not larger than the limit, and without unsupported encodings. */
  readonly whole: boolean;
}

/** Limit for stacked `Content-Encoding`s: more than one is unusual, many are an attack. */
const MAX_LAYERS = 3;

/** Undoes `Content-Encoding`, up to `limit` bytes of output (zip bombs). Never throws. */
export async function decoded(raw: Buffer, contentEncoding: string | undefined, limit: number): Promise<Decoded> {
  const layers = (contentEncoding ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((each) => !PLAIN.has(each));
  let bytes = raw;
  let whole = layers.length <= MAX_LAYERS;
  for (const layer of layers.slice(-MAX_LAYERS).reverse()) {
    const open = DECODERS[layer];
    if (open === undefined) return { bytes, whole: false };
    const inner = await inflated(bytes, open(bytes), limit);
    bytes = inner.bytes;
    whole &&= inner.whole;
  }
  return { bytes, whole };
}

const PLAIN: ReadonlySet<string> = new Set(['', 'identity', 'aws-chunked']);

type Decoder = ReturnType<typeof createGunzip | typeof createBrotliDecompress | typeof createInflateRaw>;

/** The codings of RFC 9110 §8.4.1; both interpretations of `deflate` are in use. */
const DECODERS: Readonly<Record<string, ((bytes: Buffer) => Decoder) | undefined>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  br: () => createBrotliDecompress(),
  deflate: (bytes) => (isZlib(bytes) ? createInflate() : createInflateRaw()),
};

/** RFC 1950 §2.2. */
function isZlib(bytes: Buffer): boolean {
  const [first = 0, second = 0] = bytes;
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

/** Decompressed bytes, and the format that they were compressed in. */
export interface Unzipped extends Decoded {
  readonly by: 'gzip' | 'zlib' | 'deflate';
}

/** Decompresses bytes that start like gzip or zlib data and, if `isAny`, bytes that are deflate data as a whole. */
export async function unzipped(bytes: Buffer, limit: number, isAny: boolean): Promise<Unzipped | undefined> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return { ...(await inflated(bytes, createGunzip(), limit)), by: 'gzip' };
  if (bytes[0] === 0x78 && isZlib(bytes)) return { ...(await inflated(bytes, createInflate(), limit)), by: 'zlib' };
  if (!isAny || bytes.length < MIN_DEFLATED) return undefined;
  const raw = await inflated(bytes, createInflateRaw(), limit);
  return raw.whole ? { ...raw, by: 'deflate' } : undefined;
}

/** Fewer bytes may be valid deflate data by chance. */
const MIN_DEFLATED = 16;

function inflated(bytes: Buffer, decoder: Decoder, limit: number): Promise<Decoded> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    const end = (whole: boolean): void => {
      decoder.destroy();
      resolve({ bytes: Buffer.concat(parts).subarray(0, limit), whole: whole && length <= limit });
    };
    decoder.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length > limit) end(false);
    });
    decoder
      .once('error', () => end(false))
      .once('end', () => end(true))
      .end(bytes);
  });
}
