import type { JsonEvent } from '../../../src/rules/index.js';

/** Where an expectation comes from: files of falcosecurity/libs, the project's facts, or a manual page. */
export type Source =
  | 'filter_compare.cpp'
  | 'sinsp_filtercheck.cpp'
  | 'filtercheck_fd.cpp'
  | 'filtercheck_thread.cpp'
  | 'prefix_search.h'
  | 'escaping.cpp'
  | 'parser.cpp'
  | 'value_parser.cpp'
  | 'transformers'
  | 'fnmatch(3)'
  | 're2 POSIX syntax'
  | 'falco#3942'
  | 'facts D4'
  | 'facts measured';

/** A condition, the fields of an event, whether it holds, and why. */
export type Row = readonly [condition: string, event: JsonEvent, holds: boolean, source: Source];
