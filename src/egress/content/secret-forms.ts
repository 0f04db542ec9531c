/** How a secret was encoded where it was found. */
export type SecretEncoding = 'plain' | 'base64' | 'hex' | 'base32';

/** A secret in one encoding, or the part of it that does not depend on the surrounding bytes. */
export interface SecretForm {
  readonly encoding: SecretEncoding;
  readonly text: string;
}

/** PEM headers, and the beginning of every unencrypted OpenSSH key. They are not secret, so finding them proves nothing. */
const GUESSABLE = /-----(?:BEGIN|END) [A-Z0-9 ]+-----|b3BlbnNzaC1rZXktdjE\S{0,75}/g;

/** Every form in which a program might send `value`; the plain one first. */
export function formsOf(value: string): readonly [SecretForm, ...SecretForm[]] {
  const bytes = Buffer.from(value.replace(GUESSABLE, '\n'));
  return [
    { encoding: 'plain', text: bytes.toString('latin1') },
    { encoding: 'hex', text: bytes.toString('hex') },
    ...[0, 1, 2].map((shift): SecretForm => ({ encoding: 'base64', text: aligned(bytes, shift, 6, base64) })),
    ...[0, 1, 2, 3, 4].map((shift): SecretForm => ({ encoding: 'base32', text: aligned(bytes, shift, 5, base32) })),
  ];
}

/**
 * The part of an encoding with `bitsPerChar` bits per character that does not depend on the `shift` bytes before or on the bytes after
 * `bytes`.
 */
function aligned(bytes: Buffer, shift: number, bitsPerChar: number, encode: (bytes: Buffer) => string): string {
  const text = encode(Buffer.concat([Buffer.alloc(shift), bytes]));
  return text.slice(Math.ceil((shift * 8) / bitsPerChar), Math.floor(((shift + bytes.length) * 8) / bitsPerChar));
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 §6, without padding. */
function base32(bytes: Buffer): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32[(held >>> (bits - 5)) & 31];
  }
  return bits > 0 ? text + BASE32[(held << (5 - bits)) & 31] : text;
}
