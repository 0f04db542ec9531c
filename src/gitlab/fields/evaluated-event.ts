import type { GitlabEvent } from '../event/event.js';
import type { Place } from '../geo/place.js';

/** The input of rules of the source `gitlab`: an audit event with its location, or a fault of our own receiver. */
export interface EvaluatedEvent {
  readonly event: GitlabEvent;
  readonly place: Place;
  /** What went wrong in the receiver; undefined for events from GitLab, whatever their type. */
  readonly fault?: string;
}
