/** What a sandbox may reach, from the most to the least restrictive mode. */
export const EGRESS_MODES = ['none', 'registry', 'open'] as const;
export type EgressMode = (typeof EGRESS_MODES)[number];

/** Whether `mode` is at most as permissive as `max`. */
export function isWithin(mode: EgressMode, max: EgressMode): boolean {
  return EGRESS_MODES.indexOf(mode) <= EGRESS_MODES.indexOf(max);
}

/** The more restrictive of `mode` and `max`. */
export function narrowed(mode: EgressMode, max: EgressMode): EgressMode {
  return isWithin(mode, max) ? mode : max;
}
