/** A secret in one encoding, or the part of it that does not depend on the surrounding bytes. */
export interface SecretForm {
  /** How a report calls it: `plain`, `base64`, … */
  readonly encoding: string;
  /** One character for each byte. */
  readonly text: string;
}

/**
 * PEM headers, the beginning of every unencrypted OpenSSH key, and prefixes of tokens that are as long as a fragment. They are not secret
 * (secret scanners and manuals contain them), so finding them proves nothing.
 */
const GUESSABLE =
  /-----(?:BEGIN|END) [A-Z0-9 ]+-----|b3BlbnNzaC1rZXktdjE\S{0,75}|AGE-SECRET-KEY-1|pypi-AgEIcHlwaS5vcmc|sk-ant-oat01-/g;

/** Every form in which a program might send `value`; the plain one first. */
export function formsOf(value: string): readonly [SecretForm, ...SecretForm[]] {
  const bytes = bytesOf(value);
  return [
    { encoding: 'plain', text: bytes.toString('latin1') },
    { encoding: 'hex', text: bytes.toString('hex') },
    ...[0, 1, 2].map((shift): SecretForm => ({ encoding: 'base64', text: aligned(bytes, shift, 6, base64) })),
    ...[0, 1, 2, 3, 4].map((shift): SecretForm => ({ encoding: 'base32', text: aligned(bytes, shift, 5, base32) })),
  ];
}

/** The forms, and those of them backwards that programs make by themselves. */
export function formsBothWays(value: string): readonly [SecretForm, ...SecretForm[]] {
  const forms = formsOf(value);
  const usual = forms.filter(({ encoding }) => encoding !== 'base32');
  const backwards = usual.map(({ encoding, text }) => ({
    encoding: `${encoding} in reverse`,
    text: [...text].reverse().join(''),
  }));
  return [...forms, ...backwards];
}

/** How each byte differs from the one before it: equal for all texts that were encrypted with one byte as their key. */
export type Difference = (byte: number, before: number) => number;

/** The key was combined with each byte by exclusive or, or was added to each. */
export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'exclusive or': (byte, before) => byte ^ before,
  'shifted bytes': (byte, before) => (byte - before) & 0xff,
};

/** The differences of a secret. */
export function differenceForm(encoding: string, difference: Difference) {
  return (value: string): readonly [SecretForm] => {
    const bytes = bytesOf(value);
    const differences = bytes.subarray(1).map((byte, at) => difference(byte, bytes[at] ?? 0));
    return [{ encoding, text: Buffer.from(differences).toString('latin1') }];
  };
}

function bytesOf(value: string): Buffer {
  return Buffer.from(value.replace(GUESSABLE, '\n'));
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
