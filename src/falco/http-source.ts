import type { Logger } from 'pino';
import { MalformedAlertError } from './decode.js';
import { decodeJsonAlert } from './decode-json.js';
import type { AlertListener, AlertSource, SourceStatus } from './source.js';

/**
 * Alerts posted by a Falco >= 0.44 (`http_output`). There is no connection to observe, so only the canaries show that Falco is running, and
 * alerts that it could not deliver are lost (https://falco.org/docs/concepts/outputs/channels/#http-output).
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
   * Handles the body of one POST. The route always answers 2xx: Falco ignores the status, and a slow answer blocks all its outputs. Returns
   * false if the body was not an alert (counted and logged here).
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
      this.#logger.warn({ err: error }, 'received a POST that is not an alert');
      listener.malformed(error.message);
      return false;
    }
  }
}
