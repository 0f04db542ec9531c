import { formsOf } from './secret-forms.js';

/** What programs could tell of the sandbox that they run in. */
export interface SandboxIdentity {
  /** Unguessable. */
  readonly hostname: string;
  readonly user: string;
  /** Its absolute path. */
  readonly home: string;
  /** Names of environment variables. */
  readonly variables: readonly string[];
  /** What lies in HOME and is worth stealing, as a list of it names that (`.ssh`). */
  readonly files?: readonly string[];
}

/** So many names of variables, or of files, together are an environment, or a list of HOME, that was sent. */
const SOME_VARIABLES = 3;
const SOME_FILES = 3;
/** A shorter piece of an encoding may be there by chance. */
const MIN_FORM = 8;

/** Recognises what tells of one sandbox. */
export class IdentityReader {
  readonly #hostname: readonly string[];
  readonly #home: readonly string[];
  readonly #plainHome: RegExp;
  readonly #user: RegExp;
  readonly #variables: readonly string[];
  readonly #files: readonly RegExp[];

  constructor({ hostname, user, home, variables, files = [] }: SandboxIdentity) {
    this.#hostname = writings(hostname);
    this.#home = writings(home).filter((form) => form !== home);
    // `/home/ci` is not in `/home/circleci`.
    this.#plainHome = new RegExp(`${escaped(home)}(?![\\w-])`, 'i');
    this.#user = new RegExp(`\\b(?:user|username|logname)["']?\\s*[:=]\\s*["']?${escaped(user)}\\b`, 'i');
    this.#variables = variables;
    // `.docker` is not in `hub.docker.com`.
    this.#files = files.map((name) => new RegExp(`(?<![\\w.-])${escaped(name)}(?![\\w.-])`));
  }

  /** What of the sandbox stands in a text, in words for a report. */
  toldIn(text: string): readonly string[] {
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

  /** The same of a name that is asked for. That a program looks for its own machine, below a local domain too, tells nobody. */
  toldInName(host: string): readonly string[] {
    const labels = host.split('.');
    if (labels.length < 3) return [];
    const below = foldedText(labels.slice(0, -2).join(''));
    return this.#hostname.some((form) => below.includes(form)) ? ['the host name'] : [];
  }
}

/** A value in every encoding that is looked for, forwards and backwards, folded. */
function writings(value: string): readonly string[] {
  const forms = formsOf(value).map(({ text }) => foldedText(text));
  const both = forms.flatMap((form) => [form, [...form].reverse().join('')]);
  return [...new Set(both)].filter((form) => form.length >= MIN_FORM);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Names come in any case, and base64 in two alphabets. */
function foldedText(text: string): string {
  return text.toLowerCase().replaceAll('-', '+').replaceAll('_', '/');
}
