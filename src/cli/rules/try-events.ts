import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { messageOf } from '../../errors/message.js';
import {
  type CompileOptions,
  compileRules,
  fieldTexts,
  type JsonEvent,
  jsonCatalog,
  type Match,
  parseJsonEvent,
} from '../../rules/index.js';
import { readArgs, UsageError } from '../frame/usage.js';
import { loadNamed, oneOf, priorityOf } from './arguments.js';
import { type Io, isJson } from './io.js';

/**
 * `packwarden rules test [FILE…] --events EVENTS.jsonl`: prints which rules match recorded events, with their output.
 * @throws UsageError, RuleSetError; an Error that names the line if it is not an event
 */
export async function tryEvents(argv: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs('rules', argv, {
    options: {
      events: { type: 'string' },
      format: { type: 'string' },
      matching: { type: 'string' },
      disable: { type: 'string', short: 'D', multiple: true },
      'disable-tag': { type: 'string', short: 'T', multiple: true },
      tag: { type: 'string', short: 't', multiple: true },
      'minimum-priority': { type: 'string' },
    },
    allowPositionals: true,
  });
  const { events } = values;
  if (events === undefined) {
    throw new UsageError('rules test needs --events EVENTS.jsonl', 'packwarden rules --help');
  }
  const { matching = 'all', 'minimum-priority': floor } = values;
  const minimum = floor === undefined ? undefined : priorityOf('--minimum-priority', floor);
  const options: CompileOptions = {
    matching: oneOf('--matching', ['first', 'all'], matching),
    timeFormat: 'iso8601',
    selection: {
      disableNames: values.disable ?? [],
      disableTags: values['disable-tag'] ?? [],
      onlyTags: values.tag ?? [],
      ...(minimum && { minimumPriority: minimum }),
    },
  };
  const engine = compileRules(await loadNamed(positionals), jsonCatalog, options);
  const asJson = isJson(values.format, 'rules');
  let seen = 0;
  let matches = 0;
  for await (const { line, event } of readEvents(events)) {
    seen++;
    for (const match of engine.evaluate(event)) {
      matches++;
      io.out(
        asJson ? `${JSON.stringify({ line, ...alertJson(match) })}\n` : `${line}: ${match.rule}\n    ${match.output}\n`,
      );
    }
  }
  io.err(`${seen} events, ${matches} matches, ${engine.rules.length} rules\n`);
  return 0;
}

async function* readEvents(path: string): AsyncGenerator<{ line: number; event: JsonEvent }> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  let line = 0;
  for await (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    yield { line, event: parseEvent(text, `${path}:${line}`) };
  }
}

function parseEvent(text: string, place: string): JsonEvent {
  try {
    return parseJsonEvent(text);
  } catch (error) {
    throw new Error(`${place}: ${messageOf(error)}`, { cause: error });
  }
}

function alertJson(match: Match): Record<string, unknown> {
  const { rule, priority, source, tags, output } = match;
  return { rule, priority, source, tags, output, output_fields: fieldTexts(match, jsonCatalog) };
}
