import { createPrivateKey } from 'node:crypto';
import type { Tokens } from './tokens.js';

/** PKCS#8 wrapping of an Ed25519 seed (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const LINE = 70;

/**
 * A real, unencrypted Ed25519 key that opens nothing, in OpenSSH's format (openssh `PROTOCOL.key`). Generating an RSA key would take 0.4 s
 * per job.
 */
export function sshPrivateKey(tokens: Tokens, comment: string): { readonly text: string; readonly secret: string } {
  const seed = tokens.bytes(32);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicPart = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
  const publicKey = Buffer.concat([sshString('ssh-ed25519'), sshString(publicPart)]);
  const check = tokens.bytes(4);
  const privateKey = padded(
    Buffer.concat([
      check,
      check,
      sshString('ssh-ed25519'),
      sshString(publicPart),
      sshString(Buffer.concat([seed, publicPart])),
      sshString(comment),
    ]),
  );
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    Buffer.from([0, 0, 0, 1]),
    sshString(publicKey),
    sshString(privateKey),
  ]).toString('base64');
  const lines = body.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  const text = `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
  // The seed is in the third line: everything before it is not secret, and the seed contains no line break.
  return { text, secret: lines[2] ?? body };
}

function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Pads to a multiple of 8 with 1, 2, 3 … */
function padded(block: Buffer): Buffer {
  const missing = (8 - (block.length % 8)) % 8;
  return Buffer.concat([block, Buffer.from(Array.from({ length: missing }, (_, index) => index + 1))]);
}
