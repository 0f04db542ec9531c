import { z } from 'zod';
import { BODY_KINDS, UNREAD_REASONS } from '../../egress/content/request.js';

/** An HTTP request to what the sandbox tried to reach. Nothing of a refused one has left it. */
export const egressRequest = z.object({
  method: z.string(),
  /** With its query; cut at 500 characters. */
  path: z.string(),
  /** Names alone. */
  headers: z.array(z.string()),
  /** Null where it went away before it was answered. */
  status: z.number().int().nullable(),
  bodyBytes: z.number().int(),
  bodyKind: z.enum(BODY_KINDS),
  /** The beginning of the body, decoded; cut at 1,000 characters. */
  body: z.string(),
  /** What of the sandbox itself is in it: its host name, its home folder, its environment. */
  tells: z.array(z.string()),
  count: z.number().int().positive(),
  first: z.iso.datetime(),
});

/** Connections of which nothing, or not all, could be read. */
export const unreadContact = z.object({
  reason: z.enum(UNREAD_REASONS),
  serverName: z.string().nullable(),
  count: z.number().int().positive(),
});

/** A host that the honest part of a run needed. */
const egressRule = z.object({
  host: z.string(),
  port: z.number().int().positive(),
  /** Empty where it spoke no HTTP. */
  methods: z.array(z.string()),
  /** Paths begin with one of them; empty where it spoke no HTTP. */
  pathPrefixes: z.array(z.string()),
  /** Who asked first, as `name@version`; empty for the package manager itself. */
  packages: z.array(z.string()),
});
export type EgressRule = z.infer<typeof egressRule>;

/** An allow list made of what a run was seen to need. */
export const egressPolicySchema = z.object({
  rules: z.array(egressRule),
  /** How many more hosts were needed than are named. Absent where all are. */
  left: z.number().int().positive().optional(),
});
export type EgressPolicy = z.infer<typeof egressPolicySchema>;
