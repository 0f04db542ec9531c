import { z } from 'zod';
import { BODY_KINDS, UNREAD_REASONS } from '../../../egress/content/request.js';

/** An HTTP request to a host that the sandbox tried to reach. If the request was refused, none of it left the sandbox. */
export const egressRequest = z.object({
  method: z.string(),
  /** Includes the query; truncated to 500 characters. */
  path: z.string(),
  /** Names only. */
  headers: z.array(z.string()),
  /** Null if the client closed the connection before the answer. */
  status: z.number().int().nullable(),
  bodyBytes: z.number().int(),
  bodyKind: z.enum(BODY_KINDS),
  /** The beginning of the decoded body; truncated to 1,000 characters. */
  body: z.string(),
  /** The facts about the sandbox that the request contains: its host name, its home folder, its environment. */
  tells: z.array(z.string()),
  count: z.number().int().positive(),
  first: z.iso.datetime(),
});

/** Connections that could not be read, or not completely. */
export const unreadContact = z.object({
  reason: z.enum(UNREAD_REASONS),
  serverName: z.string().nullable(),
  count: z.number().int().positive(),
});

/** A host that the honest part of a run needed. */
const egressRule = z.object({
  host: z.string(),
  port: z.number().int().positive(),
  /** Empty if the connection was not HTTP. */
  methods: z.array(z.string()),
  /** Prefixes of the requested paths; empty if the connection was not HTTP. */
  pathPrefixes: z.array(z.string()),
  /** The packages that contacted it first, as `name@version`; empty if no package did, but the package manager itself. */
  packages: z.array(z.string()),
});
export type EgressRule = z.infer<typeof egressRule>;

/** An allow list made from what a run was observed to need. */
export const egressPolicySchema = z.object({
  rules: z.array(egressRule),
  /** How many further hosts were needed that are not listed. Absent if all are listed. */
  left: z.number().int().positive().optional(),
});
export type EgressPolicy = z.infer<typeof egressPolicySchema>;
