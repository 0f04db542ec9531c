import type { Logger } from 'pino';
import { type Destination, Destinations } from './destinations.js';

/** The destinations that may currently send. Read again for each use, since the file may be reloaded. */
export class DestinationsInForce {
  #current: Destinations;

  /** `read` returns the file's content; the first one must be valid. @throws GitlabError, and errors of `read` */
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

  /** Applies the current content of the file, all or nothing: false, with the reason in the log, if it is invalid. */
  reload(): boolean {
    try {
      this.#current = Destinations.parse(this.read());
    } catch (error) {
      this.logger.error({ err: error }, 'audit destinations not reloaded, the previous ones stay active');
      return false;
    }
    this.logger.info({ destinations: this.all.map(({ id }) => id) }, 'audit destinations reloaded');
    return true;
  }
}
