import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  type Question,
  RECURSION_AVAILABLE,
} from 'dns-packet';
import type { Logger } from 'pino';
import { EgressRefusedError } from '../errors.js';
import { parseHost } from '../target.js';
import type { Address } from '../upstream/dialer.js';
import type { Gatekeeper, Permit } from './gatekeeper.js';

/** The response codes in a DNS header's flags (RFC 1035 §4.1.1). */
const RCODE = { noError: 0, formatError: 1, serverFailure: 2, noSuchName: 3 } as const;

const DNS = { via: 'dns' } as const;

/** Seconds; long enough for the next connection of an install. */
const TTL = 30;

/** How many questions of one packet are recorded. */
const MAX_QUESTIONS = 20;

/** What `openResponder` needs. */
export interface ResponderOptions {
  /** The address to listen on. */
  readonly address: string;
  /** Whether connections to that address are redirected to the gateway: then it is the answer for every name. */
  readonly isTransparent: boolean;
  /** Whether the gateway also answers on behalf of refused hosts: then their names resolve, too. */
  readonly isSinking: boolean;
  /** 0 for an ephemeral port. */
  readonly port: number;
  readonly gatekeeper: Gatekeeper;
  readonly logger: Logger;
}

/**
 * A DNS server (UDP) that resolves every host to the gateway. Names that are refused (unless the gateway answers for them) or unknown do
 * not exist; the answer is immediate, since a program waiting for a timeout would delay the job. Every requested name is recorded.
 *
 * @throws errors of `bind`
 */
export function openResponder(options: ResponderOptions): Promise<Socket> {
  const socket = createSocket(options.address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (message, peer) => {
    reply(options, socket, message, peer).catch((error: unknown) => {
      options.logger.warn({ err: error }, 'dns answer not sent');
    });
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(options.port, options.address, () => {
      socket.off('error', reject);
      socket.on('error', (error) => options.logger.warn({ err: error }, 'dns responder'));
      resolve(socket);
    });
  });
}

async function reply(options: ResponderOptions, socket: Socket, message: Buffer, peer: RemoteInfo): Promise<void> {
  const answer = await answerTo(options, message);
  if (answer === undefined) return;
  await new Promise<void>((resolve, reject) => {
    socket.send(answer, peer.port, peer.address, (error) => (error === null ? resolve() : reject(error)));
  });
}

async function answerTo(
  { gatekeeper, address, isSinking, isTransparent }: ResponderOptions,
  message: Buffer,
): Promise<Buffer | undefined> {
  const query = parseQuery(message);
  if (query === undefined) {
    gatekeeper.refuse('', DNS);
    gatekeeper.look(message, '', DNS);
    return undefined;
  }
  const questions = query.questions ?? [];
  const [question] = questions;
  const isHonest = query.type !== 'response' && question !== undefined && questions.length === 1;
  // No resolver sends such packets, but their content would have left: a packet may contain more than a question.
  if (!isHonest) for (const { name } of questions.slice(0, MAX_QUESTIONS)) gatekeeper.refuse(name, DNS);
  if (!isHonest || hasRecords(query)) gatekeeper.look(message, question?.name ?? '', DNS);
  // An answer to an answer would be the start of a loop.
  if (query.type === 'response') return undefined;
  if (!isHonest) return response({ ...query, questions: [] }, RCODE.formatError, []);
  try {
    const permit = await admitted(gatekeeper, question.name);
    if (permit === undefined && !(isSinking && isTransparent)) return response(query, RCODE.noSuchName, []);
    const own: Address = { address, family: isIPv6(address) ? 6 : 4 };
    const addresses = isTransparent ? [own] : (permit?.addresses ?? []);
    const packet = response(query, RCODE.noError, answersFor(question, addresses));
    if (permit === undefined) return packet;
    permit.entry.bytesSent += message.length;
    permit.entry.bytesReceived += packet.length;
    return packet;
  } catch {
    // Not a valid host name, or it does not resolve. The program gets the same answer for both; the record distinguishes them.
    return response(query, RCODE.noSuchName, []);
  }
}

function hasRecords({ answers = [], authorities = [], additionals = [] }: Packet): boolean {
  return answers.length + authorities.length + additionals.length > 0;
}

function parseQuery(message: Buffer): Packet | undefined {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}

/** Undefined if refused. @throws EgressRefusedError if it is not a valid host name, EgressFailedError */
async function admitted(gatekeeper: Gatekeeper, name: string): Promise<Permit | undefined> {
  let host: string;
  try {
    host = parseHost(name);
  } catch (error) {
    if (error instanceof EgressRefusedError) gatekeeper.refuse(name, DNS);
    throw error;
  }
  try {
    return await gatekeeper.admit(host, null, DNS);
  } catch (error) {
    if (error instanceof EgressRefusedError) return undefined;
    throw error;
  }
}

function answersFor({ name, type }: Question, addresses: readonly Address[]): Answer[] {
  const wanted = type === 'A' ? 4 : 6;
  if (type !== 'A' && type !== 'AAAA') return [];
  return addresses
    .filter(({ family }) => family === wanted)
    .map(({ address }) => ({ type, name, ttl: TTL, data: address }));
}

function response(query: Packet, rcode: number, answers: Answer[]): Buffer {
  return encode({
    type: 'response',
    id: query.id ?? 0,
    flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | ((query.flags ?? 0) & 0x0100) | rcode,
    questions: query.questions ?? [],
    answers,
  });
}
