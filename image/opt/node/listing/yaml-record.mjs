// Records that are written in YAML, or in JSON with commas at the end of lists, which YAML takes as well.
import { relative } from 'node:path';
import { parse } from 'yaml';
import { readText } from './files.mjs';
import { recordOf } from './values.mjs';

/** What takes some 10 seconds to read. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The mapping in a file; every value of it is a string, a list or a mapping. Undefined where it can't be read, and then
 * `problems` has why.
 * @param {string} project @param {string} file @param {string[]} problems
 */
export function readYaml(project, file, problems) {
  const text = readText(file, MAX_BYTES);
  const name = relative(project, file);
  if (text === undefined) {
    problems.push(`the record of the install, ${name}, can't be read`);
    return undefined;
  }
  try {
    // Keys are not compared with each other: that would take quadratic time.
    return recordOf(parse(text, { schema: 'failsafe', uniqueKeys: false, strict: false, logLevel: 'error' }));
  } catch {
    problems.push(`the record of the install, ${name}, is not what its manager writes`);
    return undefined;
  }
}
