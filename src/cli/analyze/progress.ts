import { size } from '../../report/text/size.js';
import { explainState } from '../service/states.js';

/** Smaller uploads finish too fast for a percentage to be readable. */
const MIN_BYTES_FOR_PERCENT = 1024 ** 2;

/** Prints progress for a person on standard error, one line per step; in a terminal the upload's percentage counts up in place. */
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
    if (!this.isTty || total < MIN_BYTES_FOR_PERCENT || percent === this.#percent) return;
    this.#percent = percent;
    this.write(`\r[packwarden ${this.#elapsed()}] uploading ${percent} % of ${size(total)}`);
    if (percent >= 100) this.write('\n');
  }

  retrying(error: Error, ms: number): void {
    this.say(`${error.message}; retrying in ${Math.ceil(ms / 1000)} s`);
  }

  #elapsed(): string {
    return `${Math.round((performance.now() - this.#start) / 1000)} s`.padStart(5);
  }
}
