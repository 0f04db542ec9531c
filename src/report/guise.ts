import { z } from 'zod';

/** As whose machine, and when, a step runs, where that is not as in the first pass. */
export const guiseSchema = z.object({
  /** `none`: a developer's machine, without a CI job's variables. */
  ci: z.enum(['gitlab', 'github', 'none']),
  /** How far the clock is moved ahead. */
  aheadDays: z.number().int().nonnegative(),
});
export type Guise = Readonly<z.infer<typeof guiseSchema>>;

/** The first pass: a GitLab job, today. */
export const FIRST_GUISE: Guise = { ci: 'gitlab', aheadDays: 0 };

export function isSameGuise(one: Guise, other: Guise): boolean {
  return one.ci === other.ci && one.aheadDays === other.aheadDays;
}
