import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodings } from '../readings.js';
import { DIFFERENCES, type Difference, differenceForm, formsBothWays } from './secret-forms.js';
import { type PlantedSecret, SecretMatcher, type SecretScan, type SecretTrace } from './secret-matcher.js';

/** How much of one content is searched for what one byte as a key encrypted, which costs twice as much as everything else. */
const MAX_KEYED = 1024 ** 2;
const LONG_READING = 16 * 1024;

interface KeyedMatcher {
  readonly matcher: SecretMatcher;
  readonly difference: Difference;
}

/** Searches files and output for planted secrets: as they are, in the usual encodings, backwards, and with each byte changed by the same key. */
export class SecretSearch {
  readonly #matcher: SecretMatcher;
  readonly #keyed: readonly KeyedMatcher[];

  /** @throws GatewayError `weak-secret` for a value that is too short to be recognized reliably */
  constructor(secrets: readonly PlantedSecret[]) {
    this.#matcher = new SecretMatcher(secrets, formsBothWays);
    this.#keyed = Object.entries(DIFFERENCES).map(([encoding, difference]) => ({
      matcher: new SecretMatcher(secrets, differenceForm(encoding, difference)),
      difference,
    }));
  }

  /** Starts with one content, which comes in chunks of any size. */
  open(): ContentSearch {
    return new ContentSearch(this.#matcher, this.#keyed);
  }

  /** The secrets in a short text, e.g. a file's name. */
  inText(text: string): readonly SecretTrace[] {
    return this.#matcher.traces(text);
  }

  /** The secrets that further decoding reveals (`decodings`), each once. */
  async decoded(bytes: Buffer): Promise<readonly SecretTrace[]> {
    const found = new Map<string, SecretTrace>();
    for await (const { bytes: read, how } of decodings(bytes)) {
      if (read.length > LONG_READING) await nextTurn();
      for (const { secret, encoding } of this.#matcher.open().push(read)) {
        if (!found.has(secret)) found.set(secret, { secret, encoding: [encoding, ...how].join(' in ') });
      }
    }
    return [...found.values()];
  }
}

/** The search of one content. */
export class ContentSearch {
  readonly #scan: SecretScan;
  readonly #keyed: readonly { readonly scan: SecretScan; readonly difference: Difference }[];
  readonly #found = new Map<string, SecretTrace>();
  #keyedBytes = 0;
  #last = 0;

  constructor(matcher: SecretMatcher, keyed: readonly KeyedMatcher[]) {
    this.#scan = matcher.open();
    this.#keyed = keyed.map(({ matcher: own, difference }) => ({ scan: own.open(), difference }));
  }

  push(chunk: Buffer): void {
    this.#note(this.#scan.push(chunk));
    if (this.#keyedBytes >= MAX_KEYED || chunk.length === 0) return;
    this.#keyedBytes += chunk.length;
    for (const { scan, difference } of this.#keyed) this.#note(scan.push(this.#differences(chunk, difference)));
    this.#last = chunk.at(-1) ?? 0;
  }

  /** The secrets so far, each once, in the simplest form that was found first. */
  found(): readonly SecretTrace[] {
    return [...this.#found.values()];
  }

  #differences(chunk: Buffer, difference: Difference): Uint8Array {
    const differences = new Uint8Array(chunk.length);
    let before = this.#last;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      differences[at] = difference(byte, before);
      before = byte;
    }
    return differences;
  }

  #note(traces: readonly SecretTrace[]): void {
    for (const trace of traces) if (!this.#found.has(trace.secret)) this.#found.set(trace.secret, trace);
  }
}
