import { z } from 'zod';

/**
 * A process opened or read a decoy, as reported by the kernel. The optional values are missing if the process had ended when it was
 * examined.
 */
const seenSchema = z.object({
  /** Microseconds since the epoch: when the witness processed the event, shortly after it happened. */
  at: z.number().int(),
  /** In the host's pid namespace. */
  pid: z.number().int(),
  /** Path at which the decoy was planted, whatever path was used to reach it. */
  path: z.string(),
  opened: z.boolean(),
  /** Read, or opened read-only and closed again: the kernel does not report reads through a mapping. */
  read: z.boolean(),
  /** Whether it is a process of this machine outside of any container. */
  outside: z.boolean().optional(),
  comm: z.string().optional(),
  exe: z.string().optional(),
});
export type Seen = z.infer<typeof seenSchema>;

/** A line of `packwarden-witness`. */
export const witnessLine = z.union([z.object({ ready: z.literal(true) }), z.object({ lost: z.string() }), seenSchema]);

/** All observed accesses to the decoys of one sandbox. */
export interface Witnessed {
  /** Why the decoys could not be watched, in words for the report; null if they were. */
  readonly unavailable: string | null;
  /** Why some accesses may be missing; null if none are. */
  readonly lost: string | null;
  readonly seen: readonly Seen[];
}
