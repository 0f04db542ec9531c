import { expect, it } from 'vitest';
import { samePlace } from '../../../src/report/findings/same-place.js';

it.each([
  ['/proc/17/environ', '/proc/N/environ'],
  ['/tmp/x-1/y', '/tmp'],
  ['172.18.0.2:41000->10.0.0.1:25', '->10.0.0.1:25'],
  ['127.0.0.1:36867', '127.0.0.1:any'],
  ['0.0.0.0:40000', '0.0.0.0:any'],
  ['::1:40000', '::1:any'],
  ['127.0.0.1:9229', '127.0.0.1:9229'],
  ['10.0.0.7:40000', '10.0.0.7:40000'],
  ['/home/ci/.npmrc', '/home/ci/.npmrc'],
])('%s is the place %s', (place, same) => {
  expect(samePlace(place)).toBe(same);
});
