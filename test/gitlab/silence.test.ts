import { describe, expect, it, test } from 'vitest';
import { burstsOf } from '../../src/gitlab/feed/feeds.js';
import { type FeedHistory, isSilent } from '../../src/gitlab/feed/silence.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = 100 * 24 * HOUR;

/** A feed whose last event is `quiet` old, and whose longest pause of each day was as given. */
const feed = (quiet: number, pauses: readonly number[], events = 1_000): FeedHistory => ({
  since: NOW - 8 * 24 * HOUR,
  last: NOW - quiet,
  events,
  pauses,
});

test.each<[string, FeedHistory, boolean]>([
  ['talked a moment ago', feed(MINUTE, [5 * MINUTE]), false],
  ['pauses as usual', feed(7 * HOUR, [8 * HOUR, 8 * HOUR, 9 * HOUR]), false],
  ['pauses longer than any night', feed(14 * HOUR, [8 * HOUR, 8 * HOUR, 9 * HOUR]), true],
  ['a busy feed that stops', feed(20 * MINUTE, [MINUTE, 2 * MINUTE]), true],
  ['a busy feed: a pause that is long for it, and short', feed(10 * MINUTE, [MINUTE]), false],
  ['one outage does not make the next one usual', feed(14 * HOUR, [8 * HOUR, 48 * HOUR, 8 * HOUR]), true],
  ['weekends are usual', feed(60 * HOUR, [10 * HOUR, 62 * HOUR, 50 * HOUR, 10 * HOUR]), false],
  ['too little is known', feed(99 * HOUR, [MINUTE], 5), false],
])('%s', (_what, history, silent) => {
  expect(isSilent(history, NOW)).toBe(silent);
});

describe('bursts', () => {
  it('are distinguished by destination, with the longest pause in them', () => {
    const arrivals = [5, 1, 9, 2].map((at) => ({ destination: 'a', at }));
    const bursts = burstsOf([...arrivals, { destination: 'b', at: 7 }]);
    expect(bursts.get('a')).toEqual({ first: 1, last: 9, events: 4, longestPause: 4 });
    expect(bursts.get('b')).toEqual({ first: 7, last: 7, events: 1, longestPause: 0 });
  });
});
