import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Packet, RECURSION_AVAILABLE } from 'dns-packet';
import type { Logger } from 'pino';
import { EgressRefusedError } from './errors.js';
import type { Gatekeeper, Permit } from './gatekeeper.js';
import { parseHost } from './target.js';

/** The low four bits of a DNS header's flags (RFC 1035 §4.1.1). */
const RCODE = { noError: 0, formatError: 1, serverFailure: 2, noSuchName: 3 } as const;

const DNS = { via: 'dns' } as const;

/** Seconds: long enough for one install's next connection. */
const TTL = 30;

/** What `openResponder` needs. */
export interface ResponderOptions {
  readonly address: string;
  /** 0 for an ephemeral one. */
  readonly port: number;
  readonly gatekeeper: Gatekeeper;
  readonly logger: Logger;
}

/**
 * A DNS server (UDP) that knows what policy allows and nothing else: any other name does not exist, said at once, since a
 * program that waits for an answer holds up the job. Every name asked for is noted. @throws what `bind` says
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
  const answer = await answerTo(options.gatekeeper, message);
  if (answer === undefined) return;
  await new Promise<void>((resolve, reject) => {
    socket.send(answer, peer.port, peer.address, (error) => (error === null ? resolve() : reject(error)));
  });
}

async function answerTo(gatekeeper: Gatekeeper, message: Buffer): Promise<Buffer | undefined> {
  const query = parseQuery(message);
  if (query === undefined) {
    gatekeeper.refuse('', DNS);
    return undefined;
  }
  // An answer to an answer would be the start of a loop.
  if (query.type === 'response') return undefined;
  const [question] = query.questions ?? [];
  if (question === undefined || query.questions?.length !== 1) return response(query, RCODE.formatError, []);
  try {
    const permit = await admit(gatekeeper, question.name);
    const answers = answersFor(question.name, question.type, permit);
    const packet = response(query, RCODE.noError, answers);
    permit.entry.bytesSent += message.length;
    permit.entry.bytesReceived += packet.length;
    return packet;
  } catch {
    // Refused or unknown: the program in the sandbox can't tell, the record can.
    return response(query, RCODE.noSuchName, []);
  }
}

function parseQuery(message: Buffer): Packet | undefined {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}

async function admit(gatekeeper: Gatekeeper, name: string): Promise<Permit> {
  let host: string;
  try {
    host = parseHost(name);
  } catch (error) {
    if (error instanceof EgressRefusedError) gatekeeper.refuse(name, DNS);
    throw error;
  }
  return gatekeeper.admit(host, null, DNS);
}

function answersFor(name: string, type: string, permit: Permit): Answer[] {
  const answers: Answer[] = [];
  for (const { address, family } of permit.addresses) {
    if (type === 'A' && family === 4) answers.push({ type, name, ttl: TTL, data: address });
    if (type === 'AAAA' && family === 6) answers.push({ type, name, ttl: TTL, data: address });
  }
  return answers;
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
