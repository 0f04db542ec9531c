import { size } from '../../report/text/size.js';
import { explainState } from '../states.js';

/** A smaller upload is over before anybody reads how far it is. */
const COUNTED_BYTES = 1024 ** 2;

/** Tells a person on standard error what goes on, a line for each thing; in a terminal the upload counts up in place. */
export class Progress {
  readonly #start = performance.now();
  #percent = -1;

  constructor(
    private readonly write: (text: string) => void,
    private readonly isTty: boolean,
  ) {}

  say(text: string): void {
    this.write(`[packwarden ${this.#elapsed()}] ${text}\n`);
  }

  state(name: string): void {
    this.say(explainState(name));
  }

  sent(bytes: number, total: number): void {
    const percent = total === 0 ? 100 : Math.floor((bytes / total) * 100);
    if (!this.isTty || total < COUNTED_BYTES || percent === this.#percent) return;
    this.#percent = percent;
    this.write(`\r[packwarden ${this.#elapsed()}] uploads ${percent} % of ${size(total)}`);
    if (percent >= 100) this.write('\n');
  }

  waits(error: Error, ms: number): void {
    this.say(`${error.message}; tries again in ${Math.ceil(ms / 1000)} s`);
  }

  #elapsed(): string {
    return `${Math.round((performance.now() - this.#start) / 1000)} s`.padStart(5);
  }
}
