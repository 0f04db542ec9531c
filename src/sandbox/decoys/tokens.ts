import type { RandomBytes } from './decoy.js';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const ALPHANUMERIC = UPPER + LOWER + DIGITS;

/** Well-formed fakes, with the prefixes and lengths that secret scanners (and thieves) look for. */
export class Tokens {
  constructor(private readonly random: RandomBytes) {}

  bytes(count: number): Buffer {
    return this.random(count);
  }

  hex(characters: number): string {
    return this.random(Math.ceil(characters / 2))
      .toString('hex')
      .slice(0, characters);
  }

  /** Letters and digits. */
  word(length: number, alphabet: string = ALPHANUMERIC): string {
    return Array.from(this.random(length), (byte) => alphabet[byte % alphabet.length]).join('');
  }

  uuid(): string {
    const hex = this.hex(32);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** AWS: `AKIA` and 16 characters of base32; the secret has 40 characters of base64. */
  awsKeyId(): string {
    return `AKIA${this.word(16, `${UPPER}234567`)}`;
  }

  awsSecret(): string {
    return this.word(40, `${ALPHANUMERIC}+/`);
  }

  /** GitLab: `glpat-` (personal), `glcbt-64_` (job, since 17.x with the partition in hexadecimal). */
  gitlabPersonal(): string {
    return `glpat-${this.word(20)}`;
  }

  gitlabJob(): string {
    return `glcbt-64_${this.word(20)}`;
  }

  /** GitHub's classic form: `ghp_` and 36 characters. */
  github(): string {
    return `ghp_${this.word(36)}`;
  }

  /** npm's granular form: `npm_` and 36 characters. */
  npm(): string {
    return `npm_${this.word(36)}`;
  }

  vault(): string {
    return `hvs.${this.word(90)}`;
  }
}
