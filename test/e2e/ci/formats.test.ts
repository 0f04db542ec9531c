import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FORMAT_NAMES, FORMATS } from '../../../src/report/formats/formats.js';

const JOBS = ['ci/packwarden.gitlab-ci.yml', 'ci/packwarden-curl.gitlab-ci.yml', 'templates/packwarden.yml'];

it.each(JOBS)('%s writes every format under the name that a download of it has', (path) => {
  const text = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const named = new Map(
    [...text.matchAll(/ (\w+)\) (?:file=|echo )(\S+) ;;/g)].map(([, format, file]) => [format, file]),
  );
  const files = FORMAT_NAMES.map((format) => named.get(format) ?? `packwarden.${format}`);
  expect(files).toEqual(FORMAT_NAMES.map((format) => FORMATS[format].fileName));
});
