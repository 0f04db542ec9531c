import { GatewayError } from '../errors.js';
import { formsOf, type SecretEncoding, type SecretForm } from './secret-forms.js';

/** A value that was planted in a sandbox to see whether it leaves. */
export interface PlantedSecret {
  /** What a person knows it by, e.g. `~/.aws/credentials`. */
  readonly name: string;
  /** Unguessable, of at least `FRAGMENT` bytes. */
  readonly value: string;
}

/** What of a secret was seen, and how it was written. */
export interface SecretTrace {
  readonly secret: string;
  readonly encoding: SecretEncoding;
}

/**
 * So many characters of any form in a row are a trace of the secret: a thief who sends it in pieces is seen by each piece, in
 * whatever order they come. By chance it does not happen (36^12).
 */
export const FRAGMENT = 12;

/** `aaaaaaaaaaaa` is no trace of anything. */
const MIN_DISTINCT = 6;

const MULTIPLIER = 0x01000193;
/** `MULTIPLIER` to the power of `FRAGMENT`, modulo 2^32: what the byte that leaves the window has become. */
const LEAVING = Array.from({ length: FRAGMENT }).reduce<number>((power) => Math.imul(power, MULTIPLIER), 1);
const FILTER_BITS = 22;

/**
 * Knows every fragment of every form of some secrets. Text is read byte by byte, once, whatever the number of secrets: a
 * rolling hash (Rabin-Karp) and a bit table say "not here" for nearly every byte.
 */
export class SecretMatcher {
  readonly #fragments = new Map<string, SecretTrace>();
  readonly #filter = new Uint8Array(2 ** (FILTER_BITS - 3));

  /** @throws GatewayError `weak-secret` for a value that is too short to be told from chance */
  constructor(secrets: readonly PlantedSecret[]) {
    for (const { name, value } of secrets) {
      const [plain, ...encoded] = formsOf(value);
      const known = this.#learn(name, plain);
      // Two secrets may have the same value: the first one's name stands for both.
      if (!known && this.traces(plain.text).length === 0) {
        throw new GatewayError(
          'weak-secret',
          `the planted secret ${name} has no ${FRAGMENT} characters to be known by`,
        );
      }
      for (const form of encoded) this.#learn(name, form);
    }
  }

  get isEmpty(): boolean {
    return this.#fragments.size === 0;
  }

  /** A reader of one stream of text. */
  open(): SecretScan {
    return new SecretScan(this.#fragments, this.#filter);
  }

  /** Of a text that is there as a whole. */
  traces(text: string): readonly SecretTrace[] {
    return this.open().push(Buffer.from(text, 'latin1'));
  }

  /** Whether there was a fragment to learn. */
  #learn(secret: string, form: SecretForm): boolean {
    const { encoding } = form;
    const bytes = foldedBytes(form.text);
    const text = Buffer.from(bytes).toString('latin1');
    const before = this.#fragments.size;
    const trace = { secret, encoding };
    for (let start = 0; start + FRAGMENT <= bytes.length; start += 1) {
      const key = text.slice(start, start + FRAGMENT);
      if (this.#fragments.has(key) || isMonotonous(bytes, start)) continue;
      this.#fragments.set(key, trace);
      let hash = 0;
      for (let i = start; i < start + FRAGMENT; i += 1) hash = (Math.imul(hash, MULTIPLIER) + (bytes[i] ?? 0)) | 0;
      const slot = slotOf(hash);
      this.#filter[slot >>> 3] = (this.#filter[slot >>> 3] ?? 0) | (1 << (slot & 7));
    }
    return this.#fragments.size > before;
  }
}

/** Reads one stream of text, in pieces of any size; what it keeps between two of them is a fragment's length. */
export class SecretScan {
  /** The last bytes as a ring; `#at` is the oldest one's place. */
  readonly #ring = Buffer.alloc(FRAGMENT);
  #at = 0;
  #hash = 0;

  constructor(
    private readonly fragments: ReadonlyMap<string, SecretTrace>,
    private readonly filter: Uint8Array,
  ) {}

  /** The traces that end in `bytes`, each once. */
  push(bytes: Uint8Array): readonly SecretTrace[] {
    const found = new Set<SecretTrace>();
    const ring = this.#ring;
    const { filter } = this;
    let at = this.#at;
    let hash = this.#hash;
    // Every byte of every upload passes here: plain variables make it several times as fast.
    for (let i = 0; i < bytes.length; i += 1) {
      const byte = FOLDED[bytes[i] as number] as number;
      hash = (Math.imul(hash, MULTIPLIER) + byte - Math.imul(ring[at] as number, LEAVING)) | 0;
      ring[at] = byte;
      at = at + 1 === FRAGMENT ? 0 : at + 1;
      const slot = slotOf(hash);
      if (((filter[slot >>> 3] as number) & (1 << (slot & 7))) === 0) continue;
      const trace = this.fragments.get(ring.toString('latin1', at) + ring.toString('latin1', 0, at));
      if (trace !== undefined) found.add(trace);
    }
    this.#at = at;
    this.#hash = hash;
    return [...found];
  }
}

/** Names come in any case, and base64 in two alphabets: all of it is compared in one. */
const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x41 && byte <= 0x5a) return byte | 0x20;
  if (byte === 0x2d) return 0x2b;
  return byte === 0x5f ? 0x2f : byte;
});

function isMonotonous(bytes: Uint8Array, start: number): boolean {
  const seen = new Set<number>();
  for (let i = start; i < start + FRAGMENT && seen.size < MIN_DISTINCT; i += 1) seen.add(bytes[i] ?? 0);
  return seen.size < MIN_DISTINCT;
}

function slotOf(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> (32 - FILTER_BITS);
}

function foldedBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'), (byte) => FOLDED[byte] ?? byte);
}
