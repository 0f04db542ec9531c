import type { GitlabEvent } from '../event/event.js';
import type { Place } from '../geo/place.js';

/** What rules of the source `gitlab` are asked about: an audit event with its place, or a fault of our own receiver. */
export interface JudgedEvent {
  readonly event: GitlabEvent;
  readonly place: Place;
  /** What went wrong in the receiver; undefined for what GitLab sent, whatever it calls itself. */
  readonly fault?: string;
}
