/** What a sandbox may reach, from nothing to anything public: the order is that of width. */
export const EGRESS_MODES = ['none', 'registry', 'open'] as const;
export type EgressMode = (typeof EGRESS_MODES)[number];

/** Whether `mode` lets out no more than `max` does. */
export function isWithin(mode: EgressMode, max: EgressMode): boolean {
  return EGRESS_MODES.indexOf(mode) <= EGRESS_MODES.indexOf(max);
}

/** `mode`, or `max` where that is narrower. */
export function narrowed(mode: EgressMode, max: EgressMode): EgressMode {
  return isWithin(mode, max) ? mode : max;
}
