import { z } from 'zod';

/** The kind of machine and the date that a step is made to see, if they differ from the first pass. */
export const guiseSchema = z.object({
  /** `other`: a machine of many CI systems and hosts at once. `none`: a developer's machine, without the variables of a CI job. */
  ci: z.enum(['gitlab', 'github', 'other', 'none']),
  /** By how many days the clock is moved ahead. */
  aheadDays: z.number().int().nonnegative(),
});
export type Guise = Readonly<z.infer<typeof guiseSchema>>;

/** The first pass: a GitLab job with today's date. */
export const FIRST_GUISE: Guise = { ci: 'gitlab', aheadDays: 0 };

export function isSameGuise(one: Guise, other: Guise): boolean {
  return one.ci === other.ci && one.aheadDays === other.aheadDays;
}
