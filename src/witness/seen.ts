import { z } from 'zod';

/** That a process opened or read a decoy, as the kernel told it. What is optional was gone when it was looked at. */
const seenSchema = z.object({
  /** Microseconds since the epoch: when the witness took note of it, shortly after it happened. */
  at: z.number().int(),
  /** In this machine's numbers. */
  pid: z.number().int(),
  /** Where the decoy was planted, whatever name it was reached by. */
  path: z.string(),
  opened: z.boolean(),
  /** Read, or opened for nothing but reading and closed again: what is mapped is not told to be read. */
  read: z.boolean(),
  /** Whether it is a process of this machine, and of no container. */
  outside: z.boolean().optional(),
  comm: z.string().optional(),
  exe: z.string().optional(),
});
export type Seen = z.infer<typeof seenSchema>;

/** A line of `packwarden-witness`. */
export const witnessLine = z.union([z.object({ ready: z.literal(true) }), z.object({ lost: z.string() }), seenSchema]);

/** Everything that was seen of the decoys of one sandbox. */
export interface Witnessed {
  /** Why nothing could be seen, in words for the report; null where the decoys were watched. */
  readonly unavailable: string | null;
  /** Why some of it may be missing; null where nothing is. */
  readonly lost: string | null;
  readonly seen: readonly Seen[];
}
