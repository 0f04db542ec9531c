import type { Alert } from './alert.js';

/** What an alert source tells its one listener. Calls are synchronous and in the order things happened. */
export interface AlertListener {
  alert(alert: Alert): void;
  /** A message came that could not be read: some alert, of an unknown container, is lost. */
  malformed(reason: string): void;
  /** The stream is up. `version` is the answer of the version probe, e.g. `0.43.1`. */
  connected(version: string): void;
  /** The stream ended, whatever its status (Falco ends it with OK when it stops). Alerts may have been lost. */
  disconnected(reason: string): void;
}

/** What is known of an alert source just now. */
export interface SourceStatus {
  readonly connected: boolean;
  /** E.g. `falco 0.43.1 (grpc)`; empty until the first connection. */
  readonly description: string;
  readonly lastError: string | null;
}

/** A Falco's alerts. Its queue is global and destructive: one source, and one listener, per Falco. */
export interface AlertSource {
  /** Connects, and reconnects for ever, until `stop`. */
  start(listener: AlertListener): void;
  stop(): Promise<void>;
  status(): SourceStatus;
}
