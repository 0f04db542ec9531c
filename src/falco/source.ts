import type { Alert } from './alert.js';

/** Receives the events of an alert source. Calls are synchronous, and in the order of events. */
export interface AlertListener {
  alert(alert: Alert): void;
  /** A message could not be read: an alert of an unknown container is lost. */
  malformed(reason: string): void;
  /** The stream is open. `version` is the answer to the version probe, e.g. `0.43.1`. */
  connected(version: string): void;
  /** The stream ended, with whatever status (Falco ends it with OK when it stops). Alerts may have been lost. */
  disconnected(reason: string): void;
}

/** The current state of an alert source. */
export interface SourceStatus {
  readonly connected: boolean;
  /** E.g. `falco 0.43.1 (grpc)`; empty until the first connection. */
  readonly description: string;
  readonly lastError: string | null;
}

/** The alerts of a Falco. Reading removes them from Falco's single queue, so there must be one source, and one listener, per Falco. */
export interface AlertSource {
  /** Connects, and reconnects until `stop`. */
  start(listener: AlertListener): void;
  stop(): Promise<void>;
  status(): SourceStatus;
}
