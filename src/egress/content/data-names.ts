import { isIP } from 'node:net';
import type { EgressChannel } from '../record.js';

/** Host names below one parent domain that carry data instead of naming hosts, as in a DNS tunnel. */
export interface DataNames {
  readonly parent: string;
  readonly via: EgressChannel;
  /** One of the names, in full. */
  readonly example: string;
  /** Number of distinct names, as far as they were kept apart. */
  readonly names: number;
  /** Number of characters in labels that look like data. */
  readonly payload: number;
  readonly severity: 'likely' | 'certain';
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  readonly clientPorts: readonly number[];
}

/** Statistics about the names below one parent; of constant size. */
export interface NameTally {
  /** Number of distinct names. */
  readonly names: number;
  /** How many of them have a label that looks like data, and how many a long one. */
  readonly dataNames: number;
  readonly longNames: number;
  /** Total number of characters in such labels. */
  readonly payload: number;
  /** The largest amount in a single name, counting names with two or more long labels. */
  readonly widest: number;
  /**
   * Long labels without separators, whatever they look like: how many names contain one, their characters, and their changes between
   * letters and digits.
   */
  readonly solid: { readonly names: number; readonly characters: number; readonly turns: number };
}

/**
 * Legitimate names may contain a single content hash (a SHA-1 in hexadecimal has 40 characters); exfiltrated data takes several labels or
 * names.
 */
const LONG_LABEL = 16;
const SHORT_LABEL = 8;
const WIDE_NAME = 60;
const MANY_LONG = 4;
const MANY_LONG_PAYLOAD = 100;
const MANY_SHORT = 16;
const FLOOD = 200;
const CERTAIN_PAYLOAD = 200;

/** Whether the names below one parent carry data. `undefined`: they look like ordinary host names. */
export function classifyNames(tally: NameTally): DataNames['severity'] | undefined {
  const { names, dataNames, longNames, payload, widest, solid } = tally;
  // In base32 a single label of 26 characters may contain too few digits to look random; several labels together are conclusive.
  const areManySolid = solid.names >= MANY_LONG && solid.characters >= MANY_LONG_PAYLOAD;
  const many =
    (longNames >= MANY_LONG && payload >= MANY_LONG_PAYLOAD) ||
    (areManySolid && isRandom(solid.turns, solid.characters));
  if (widest < WIDE_NAME && !many && dataNames < MANY_SHORT && names < FLOOD) return undefined;
  return payload >= CERTAIN_PAYLOAD || widest >= CERTAIN_PAYLOAD ? 'certain' : 'likely';
}

/** The registered domain: the last two labels, or three below second-level domains like `co` or `com` of a country. */
export function parentDomain(host: string): string {
  if (isIP(host) !== 0) return host;
  const labels = host.split('.');
  const [country = '', second = ''] = labels.toReversed();
  const depth = country.length === 2 && /^(?:ac|co|com|edu|gov|net|or|org)$/.test(second) ? 3 : 2;
  return labels.slice(-depth).join('.');
}

/** The labels below the parent domain. */
function labelsBelow(host: string): readonly string[] {
  const parent = parentDomain(host);
  return host.length <= parent.length ? [] : host.slice(0, -parent.length - 1).split('.');
}

/** Whether a part of the label switches between letters and digits as encoded data does. */
export function looksRandom(label: string): boolean {
  return label.split(/[-_]/).some((word) => word.length >= SHORT_LABEL && isRandom(turnsIn(word), word.length));
}

/** Encoded data frequently switches between letters and digits; words, versions and numbers do not. */
function isRandom(turns: number, characters: number): boolean {
  return turns >= Math.max(3, characters / 10);
}

function turnsIn(word: string): number {
  return word.match(/[a-z](?=[0-9])|[0-9](?=[a-z])/gi)?.length ?? 0;
}

/** Adds one name to the statistics. */
export function withName(tally: NameTally, host: string): NameTally {
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
