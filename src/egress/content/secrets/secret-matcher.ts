import { GatewayError } from '../../errors.js';
import { formsOf, type SecretForm } from './secret-forms.js';

/** A value that was planted in a sandbox to detect exfiltration. */
export interface PlantedSecret {
  /** A name for users, e.g. `~/.aws/credentials`. */
  readonly name: string;
  /** Random, at least `FRAGMENT` bytes long. */
  readonly value: string;
}

/** A secret that was found, and how it was encoded. */
export interface SecretTrace {
  readonly secret: string;
  readonly encoding: string;
}

/**
 * This many consecutive characters of any form are evidence of the secret, so a thief who sends it in pieces is detected by each piece, in
 * any order. It does not happen by chance (36^12).
 */
export const FRAGMENT = 12;

/** Excludes fragments such as `aaaaaaaaaaaa`. */
const MIN_DISTINCT = 6;

const MULTIPLIER = 0x01000193;
/** `MULTIPLIER` to the power of `FRAGMENT`, modulo 2^32: the weight of the byte that leaves the window. */
const LEAVING = Array.from({ length: FRAGMENT }).reduce<number>((power) => Math.imul(power, MULTIPLIER), 1);
const FILTER_BITS = 22;

/** A part of a form, as long as `FRAGMENT`. `next`: another one with the same hash. */
interface Fragment {
  readonly text: string;
  readonly trace: SecretTrace;
  readonly next: Fragment | undefined;
}

/**
 * Finds every fragment of every form of the secrets. Each byte is processed once, whatever the number of secrets: a rolling hash
 * (Rabin-Karp) and a bit table rule out a match for almost every byte.
 */
export class SecretMatcher {
  /** By their hash: a number is looked up without making a text for each byte that the filter lets through. */
  readonly #fragments = new Map<number, Fragment>();
  readonly #filter = new Uint8Array(2 ** (FILTER_BITS - 3));

  /**
   * `forms`: the forms of a value to find; the first one decides whether the value is long enough. @throws GatewayError `weak-secret` for a
   * value that is too short to be recognized reliably
   */
  constructor(secrets: readonly PlantedSecret[], forms: typeof formsOf = formsOf) {
    for (const { name, value } of secrets) {
      const [plain, ...encoded] = forms(value);
      const known = this.#learn(name, plain);
      // If two secrets have the same value, it is reported under the first one's name.
      if (!known && this.traces(plain.text).length === 0) {
        throw new GatewayError(
          'weak-secret',
          `the planted secret ${name} is too short: it needs ${FRAGMENT} distinctive characters`,
        );
      }
      for (const form of encoded) this.#learn(name, form);
    }
  }

  get isEmpty(): boolean {
    return this.#fragments.size === 0;
  }

  /** Creates a scanner for one stream. */
  open(): SecretScan {
    return new SecretScan(this.#fragments, this.#filter);
  }

  /** Scans a complete text. */
  traces(text: string): readonly SecretTrace[] {
    return this.open().push(Buffer.from(text, 'latin1'));
  }

  /** Returns whether it contained a new fragment. */
  #learn(secret: string, form: SecretForm): boolean {
    const { encoding } = form;
    const bytes = foldedBytes(form.text);
    const text = Buffer.from(bytes).toString('latin1');
    let isNew = false;
    const trace = { secret, encoding };
    for (let start = 0; start + FRAGMENT <= bytes.length; start += 1) {
      if (isMonotonous(bytes, start)) continue;
      let hash = 0;
      for (let i = start; i < start + FRAGMENT; i += 1) hash = (Math.imul(hash, MULTIPLIER) + (bytes[i] ?? 0)) | 0;
      const next = this.#fragments.get(hash);
      const key = text.slice(start, start + FRAGMENT);
      if (find(next, key) !== undefined) continue;
      isNew = true;
      this.#fragments.set(hash, { text: key, trace, next });
      const slot = slotOf(hash);
      this.#filter[slot >>> 3] = (this.#filter[slot >>> 3] ?? 0) | (1 << (slot & 7));
    }
    return isNew;
  }
}

/** Scans one stream in chunks of any size; between chunks it keeps as many bytes as a fragment has. */
export class SecretScan {
  /** Ring buffer of the last bytes; `#at` is the position of the oldest one. */
  readonly #ring = Buffer.alloc(FRAGMENT);
  #at = 0;
  #hash = 0;

  constructor(
    private readonly fragments: ReadonlyMap<number, Fragment>,
    private readonly filter: Uint8Array,
  ) {}

  /** The secrets that end in `bytes`, each once. */
  push(bytes: Uint8Array): readonly SecretTrace[] {
    const found = new Set<SecretTrace>();
    const ring = this.#ring;
    const { filter } = this;
    let at = this.#at;
    let hash = this.#hash;
    // Every byte of every upload passes through this loop; local variables make it several times as fast.
    for (let i = 0; i < bytes.length; i += 1) {
      const byte = FOLDED[bytes[i] as number] as number;
      hash = (Math.imul(hash, MULTIPLIER) + byte - Math.imul(ring[at] as number, LEAVING)) | 0;
      ring[at] = byte;
      at = at + 1 === FRAGMENT ? 0 : at + 1;
      const slot = slotOf(hash);
      if (((filter[slot >>> 3] as number) & (1 << (slot & 7))) === 0) continue;
      const fragment = this.fragments.get(hash);
      if (fragment === undefined) continue;
      const trace = find(fragment, ring.toString('latin1', at) + ring.toString('latin1', 0, at));
      if (trace !== undefined) found.add(trace);
    }
    this.#at = at;
    this.#hash = hash;
    return [...found];
  }
}

/** Maps letters to lower case and the URL-safe base64 alphabet to the standard one, so that all variants compare equal. */
const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x41 && byte <= 0x5a) return byte | 0x20;
  if (byte === 0x2d) return 0x2b;
  return byte === 0x5f ? 0x2f : byte;
});

function find(from: Fragment | undefined, text: string): SecretTrace | undefined {
  for (let one = from; one !== undefined; one = one.next) if (one.text === text) return one.trace;
  return undefined;
}

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
