import type { Logger } from 'pino';
import { type Destination, Destinations } from './destinations.js';

/** The destinations that may send just now: ask anew each time, the file may have been read again. */
export class DestinationsInForce {
  #current: Destinations;

  /** `read` gives the file's content; the first one has to be good. @throws GitlabError, and what `read` throws */
  constructor(
    private readonly read: () => string,
    private readonly logger: Logger,
  ) {
    this.#current = Destinations.parse(read());
  }

  get all(): readonly Destination[] {
    return this.#current.all;
  }

  find(token: string): Destination | undefined {
    return this.#current.find(token);
  }

  instances(): ReadonlySet<string> {
    return this.#current.instances();
  }

  /** Puts what the file says now in force, all or nothing: false, with the reason in the log, when it is not good. */
  reload(): boolean {
    try {
      this.#current = Destinations.parse(this.read());
    } catch (error) {
      this.logger.error({ err: error }, 'audit destinations not reloaded, the known ones stay in force');
      return false;
    }
    this.logger.info({ destinations: this.all.map(({ id }) => id) }, 'audit destinations reloaded');
    return true;
  }
}
