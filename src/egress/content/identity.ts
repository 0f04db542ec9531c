import { formsOf } from './secrets/secret-forms.js';

/** Facts by which programs could identify the sandbox that they run in. */
export interface SandboxIdentity {
  /** Random, so it can't be guessed. */
  readonly hostname: string;
  readonly user: string;
  /** Absolute path of the home folder. */
  readonly home: string;
  /** Names of environment variables. */
  readonly variables: readonly string[];
  /** Names in HOME that are worth stealing, as a listing shows them (`.ssh`). */
  readonly files?: readonly string[];
}

/** This many variable names, or file names, in one text mean that the environment, or a listing of HOME, was sent. */
const SOME_VARIABLES = 3;
const SOME_FILES = 3;
/** Shorter forms may occur by chance. */
const MIN_FORM = 8;

/** Recognizes facts that identify one sandbox. */
export class IdentityReader {
  readonly #hostname: readonly string[];
  readonly #home: readonly string[];
  readonly #plainHome: RegExp;
  readonly #user: RegExp;
  readonly #variables: readonly string[];
  readonly #files: readonly RegExp[];

  constructor({ hostname, user, home, variables, files = [] }: SandboxIdentity) {
    this.#hostname = encodingsOf(hostname);
    this.#home = encodingsOf(home).filter((form) => form !== home);
    // `/home/ci` is not in `/home/circleci`.
    this.#plainHome = new RegExp(`${escaped(home)}(?![\\w-])`, 'i');
    this.#user = new RegExp(`\\b(?:user|username|logname)["']?\\s*[:=]\\s*["']?${escaped(user)}\\b`, 'i');
    this.#variables = variables;
    // `.docker` is not in `hub.docker.com`.
    this.#files = files.map((name) => new RegExp(`(?<![\\w.-])${escaped(name)}(?![\\w.-])`));
  }

  /** Which facts about the sandbox a text contains, in words for a report. */
  identifiersIn(text: string): readonly string[] {
    const folded = foldedText(text);
    const variables = this.#variables.filter((name) => text.includes(name));
    const files = this.#files.filter((name) => name.test(text));
    const isHome = this.#plainHome.test(text) || this.#home.some((form) => folded.includes(form));
    return [
      ...(this.#hostname.some((form) => folded.includes(form)) ? ['the host name'] : []),
      ...(this.#user.test(text) ? ['the user name'] : []),
      ...(isHome ? ['the home folder'] : []),
      ...(variables.length >= SOME_VARIABLES ? ['the environment'] : []),
      ...(files.length >= SOME_FILES ? ['file names of the home folder'] : []),
    ];
  }

  /** The same for a requested name. Names of the own machine, also below a local domain, are left out: such a query reveals nothing. */
  identifiersInName(host: string): readonly string[] {
    const labels = host.split('.');
    if (labels.length < 3) return [];
    const below = foldedText(labels.slice(0, -2).join(''));
    return this.#hostname.some((form) => below.includes(form)) ? ['the host name'] : [];
  }
}

/** A value in all encodings that are searched for, forwards and backwards, folded. */
function encodingsOf(value: string): readonly string[] {
  const forms = formsOf(value).map(({ text }) => foldedText(text));
  const both = forms.flatMap((form) => [form, [...form].reverse().join('')]);
  return [...new Set(both)].filter((form) => form.length >= MIN_FORM);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Ignores case, and the difference between the two alphabets of base64. */
function foldedText(text: string): string {
  return text.toLowerCase().replaceAll('-', '+').replaceAll('_', '/');
}
