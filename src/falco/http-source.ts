import type { Logger } from 'pino';
import { MalformedAlertError } from './decode.js';
import { decodeJsonAlert } from './decode-json.js';
import type { AlertListener, AlertSource, SourceStatus } from './source.js';

/**
 * Alerts that a Falco >= 0.44 posts (`http_output`). There is no connection to watch: that Falco is alive is known by the
 * canaries alone, and what it could not deliver is gone (https://falco.org/docs/concepts/outputs/channels/#http-output).
 */
export class HttpAlertSource implements AlertSource {
  readonly #logger: Logger;
  #listener: AlertListener | null = null;
  #lastError: string | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  start(listener: AlertListener): void {
    this.#listener = listener;
    listener.connected('');
  }

  async stop(): Promise<void> {
    this.#listener?.disconnected('stopped');
    this.#listener = null;
  }

  status(): SourceStatus {
    return { connected: this.#listener !== null, description: 'falco (http)', lastError: this.#lastError };
  }

  /**
   * Takes the body of one POST. The route answers 2xx whatever comes back: Falco looks at no status, and a slow answer
   * stalls all its outputs. False when the body was no alert (counted and logged here).
   */
  receive(body: string): boolean {
    const listener = this.#listener;
    if (listener === null) return false;
    try {
      listener.alert(decodeJsonAlert(body));
      return true;
    } catch (error) {
      if (!(error instanceof MalformedAlertError)) throw error;
      this.#lastError = error.message;
      this.#logger.warn({ err: error }, 'a post that is no alert');
      listener.malformed(error.message);
      return false;
    }
  }
}
