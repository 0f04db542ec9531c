import semver from 'semver';
import { z } from 'zod';

/** When an action happens: in a package's scripts, while it is loaded, or in processes that these left running. */
export const BEHAVIOUR_PHASES = ['install', 'import', 'drain'] as const;

/** What was sent to a host, in increasing order (`contact-meaning/`). */
export const SENT = ['download', 'telemetry', 'unknown'] as const;
export type SentKind = (typeof SENT)[number];

const MAX_ENTRIES = 50_000;

/** Names on npm, including those older than its current rules (https://docs.npmjs.com/cli/configuring-npm/package-json#name). */
const packageName = z
  .string()
  .max(214)
  .regex(/^(?:@[\w.~-]+\/)?[\w.~-]+$/, 'is not a package name');
const version = z
  .string()
  .max(100)
  .refine((text) => semver.valid(text) !== null, 'is not a version');
/**
 * `^1.2.0`, or several of these: from the lowest measured version up to the next breaking one, as npm's `^` defines it, and nothing wider.
 */
const versions = z
  .string()
  .max(1_000)
  .refine(
    (text) => text.split(' || ').every((range) => range.startsWith('^') && semver.valid(range.slice(1)) !== null),
    {
      error: 'is not ^VERSION, or several of these with || between',
    },
  );

const behaviourSchema = z
  .strictObject({
    /** The package that owns the step. */
    package: packageName,
    versions,
    rule: z.string().min(1).max(300),
    phase: z.enum(BEHAVIOUR_PHASES),
    /** Kinds of places, or hosts (`place-kind.ts`). */
    places: z.array(z.string().min(1).max(1_000)).min(1).max(1_000),
    /** For hosts: the most that was sent there. */
    sent: z.enum(SENT).optional(),
    /** The package whose code it was, if that is another one. */
    through: z.strictObject({ package: packageName, versions }).optional(),
  })
  .readonly();
/** One action that a package was measured to perform. */
export type Behaviour = z.infer<typeof behaviourSchema>;

/** A file of `data/behaviours/`: what packages of npm's registry were measured to do. */
export const behaviourDataSchema = z
  .strictObject({
    /** The date of the newest report. */
    measured: z.iso.date(),
    /** All packages whose code was observed to run, whether or not anything was reported about them. */
    packages: z
      .array(z.strictObject({ name: packageName, versions: z.array(version).min(1).max(1_000) }))
      .max(MAX_ENTRIES),
    behaviours: z.array(behaviourSchema).max(MAX_ENTRIES),
  })
  .readonly();
export type BehaviourData = z.infer<typeof behaviourDataSchema>;
