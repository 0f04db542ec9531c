import { isIP } from 'node:net';
import type { Way } from '../record.js';

/** Host names below one parent domain that carry data instead of naming hosts: a tunnel through DNS, or its like. */
export interface DataNames {
  readonly parent: string;
  readonly via: Way;
  /** One of the names, in full. */
  readonly example: string;
  /** Different names, as far as they were told apart. */
  readonly names: number;
  /** Characters in labels that look like data. */
  readonly payload: number;
  readonly severity: 'likely' | 'certain';
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  readonly clientPorts: readonly number[];
}

/** What is kept of the names below one parent, however many there are. */
export interface NameTally {
  /** Different names. */
  readonly names: number;
  /** Of them, those with a label that looks like data, and those with a long one. */
  readonly dataNames: number;
  readonly longNames: number;
  /** Characters in such labels, over all names. */
  readonly payload: number;
  /** The most that a single name held, in two or more long labels. */
  readonly widest: number;
  /** Long labels of one word, whatever they look like: names that have one, their characters, and changes between letters and digits. */
  readonly solid: { readonly names: number; readonly characters: number; readonly turns: number };
}

/** Content hashes stand alone in honest names (a SHA-1 in hexadecimal has 40 characters); data takes several labels, or names. */
const LONG_LABEL = 16;
const SHORT_LABEL = 8;
const WIDE_NAME = 60;
const MANY_LONG = 4;
const MANY_LONG_PAYLOAD = 100;
const MANY_SHORT = 16;
const FLOOD = 200;
const CERTAIN_PAYLOAD = 200;

/** Whether names below one parent carry data. `undefined`: they look like hosts. */
export function judgeNames(tally: NameTally): DataNames['severity'] | undefined {
  const { names, dataNames, longNames, payload, widest, solid } = tally;
  // In base32 a single label of 26 characters may have too few digits to be told by itself; several together have not.
  const together = solid.names >= MANY_LONG && solid.characters >= MANY_LONG_PAYLOAD;
  const many =
    (longNames >= MANY_LONG && payload >= MANY_LONG_PAYLOAD) || (together && isRandom(solid.turns, solid.characters));
  if (widest < WIDE_NAME && !many && dataNames < MANY_SHORT && names < FLOOD) return undefined;
  return payload >= CERTAIN_PAYLOAD || widest >= CERTAIN_PAYLOAD ? 'certain' : 'likely';
}

/** The domain that somebody registered: the last two labels, three below a two-letter country's `co`, `com` and the like. */
export function parentDomain(host: string): string {
  if (isIP(host) !== 0) return host;
  const labels = host.split('.');
  const [country = '', second = ''] = labels.toReversed();
  const depth = country.length === 2 && /^(?:ac|co|com|edu|gov|net|or|org)$/.test(second) ? 3 : 2;
  return labels.slice(-depth).join('.');
}

/** The labels below the parent. */
function labelsBelow(host: string): readonly string[] {
  const parent = parentDomain(host);
  return host.length <= parent.length ? [] : host.slice(0, -parent.length - 1).split('.');
}

/** Whether a word of a name changes between letters and digits as encoded data does. */
export function looksRandom(label: string): boolean {
  return label.split(/[-_]/).some((word) => word.length >= SHORT_LABEL && isRandom(turnsIn(word), word.length));
}

/** Encoded data changes between letters and digits all the time; words, versions and numbers do not. */
function isRandom(turns: number, characters: number): boolean {
  return turns >= Math.max(3, characters / 10);
}

function turnsIn(word: string): number {
  return word.match(/[a-z](?=[0-9])|[0-9](?=[a-z])/gi)?.length ?? 0;
}

/** Tallies one name more. */
export function tallied(tally: NameTally, host: string): NameTally {
  const below = labelsBelow(host);
  const labels = below.filter(looksRandom).map((label) => label.length);
  const words = below.filter((label) => label.length >= LONG_LABEL && !/[-_]/.test(label));
  const long = labels.filter((length) => length >= LONG_LABEL);
  const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0);
  return {
    names: tally.names + 1,
    dataNames: tally.dataNames + (labels.length > 0 ? 1 : 0),
    longNames: tally.longNames + (long.length > 0 ? 1 : 0),
    payload: tally.payload + sum(labels),
    widest: Math.max(tally.widest, long.length > 1 ? sum(long) : 0),
    solid: {
      names: tally.solid.names + (words.length > 0 ? 1 : 0),
      characters: tally.solid.characters + sum(words.map((word) => word.length)),
      turns: tally.solid.turns + sum(words.map(turnsIn)),
    },
  };
}

export const EMPTY_TALLY: NameTally = {
  names: 0,
  dataNames: 0,
  longNames: 0,
  payload: 0,
  widest: 0,
  solid: { names: 0, characters: 0, turns: 0 },
};
