import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileAlertSource } from '../../src/falco/file/file-source.js';
import { PositionFile } from '../../src/falco/file/position.js';
import { Notes, silent } from './harness.js';

let folder: string;
let path: string;
const sources: FileAlertSource[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pw-falco-file-'));
  path = join(folder, 'events.json');
});
afterEach(async () => {
  for (const source of sources.splice(0)) await source.stop();
  rmSync(folder, { recursive: true });
});

function line(rule: string, change: Readonly<Record<string, unknown>> = {}): string {
  const alert = { time: '2026-11-21T01:35:43.906821998Z', priority: 'Warning', source: 'syscall', rule, output: 'o' };
  return `${JSON.stringify({ ...alert, output_fields: { 'proc.name': 'é' }, hostname: 'vm', tags: [], ...change })}\n`;
}

function follow(maxBacklog?: number) {
  const notes = new Notes();
  const source = new FileAlertSource({
    path,
    position: new PositionFile(join(folder, 'position.json')),
    logger: silent,
    now: () => performance.now(),
    ...(maxBacklog !== undefined && { maxBacklog }),
  });
  sources.push(source);
  source.start(notes);
  const until = (expected: readonly string[]) =>
    vi.waitFor(() => expect(notes.log).toEqual(expected), { timeout: 10_000, interval: 10 });
  return { notes, source, until };
}

describe('a file that Falco appends to', () => {
  it('is followed from its end, line by line, in order', async () => {
    writeFileSync(path, line('old'));
    const { until } = follow();
    await until(['connected ']);
    appendFileSync(path, line('1') + line('2'));
    await until(['connected ', 'alert 1', 'alert 2']);
    const last = line('3');
    appendFileSync(path, last.slice(0, 30));
    appendFileSync(path, line('x').slice(0, 0) + last.slice(30));
    await until(['connected ', 'alert 1', 'alert 2', 'alert 3']);
  });

  it('may come later: then it is read whole', async () => {
    const { source, until } = follow();
    await vi.waitFor(() => expect(source.status().lastError).toContain('the file does not exist yet'));
    expect(source.status().connected).toBe(false);
    writeFileSync(path, line('first'));
    await until(['connected ', 'alert first']);
    expect(source.status()).toEqual({ connected: true, description: 'falco (file)', lastError: null });
  });

  it('a reader that was away goes on where it ended', async () => {
    writeFileSync(path, '');
    const first = follow();
    await first.until(['connected ']);
    appendFileSync(path, line('1') + line('half').slice(0, 20));
    await first.until(['connected ', 'alert 1']);
    await first.source.stop();
    appendFileSync(path, line('half').slice(20) + line('2'));
    await follow().until(['connected ', 'alert half', 'alert 2']);
  });

  it('alerts of other sources are handed on as what they are', async () => {
    writeFileSync(path, '');
    const { notes, until } = follow();
    await until(['connected ']);
    appendFileSync(path, line('pod', { source: 'k8s_audit' }) + line('mine', { uuid: 'of Falcosidekick' }));
    await until(['connected ', 'alert pod', 'alert mine']);
    expect(notes.alerts.map(({ source }) => source)).toEqual(['k8s_audit', 'syscall']);
  });
});

describe('rotation', () => {
  it('loses nothing: Falco goes on in the old file until it is signalled', async () => {
    writeFileSync(path, '');
    const { until } = follow();
    await until(['connected ']);
    renameSync(path, `${path}.1`);
    writeFileSync(path, '');
    appendFileSync(`${path}.1`, line('into the old one'));
    await until(['connected ', 'alert into the old one']);
    appendFileSync(`${path}.1`, line('the last'));
    appendFileSync(path, line('into the new one'));
    await until(['connected ', 'alert into the old one', 'alert the last', 'alert into the new one']);
  });

  it('twice while nobody read: all of it, in order', async () => {
    writeFileSync(path, line('0'));
    const first = follow();
    await first.until(['connected ']);
    await first.source.stop();
    appendFileSync(path, line('1'));
    renameSync(path, `${path}.2`);
    writeFileSync(`${path}.1`, line('2'));
    utimesSync(`${path}.2`, 1_000, 1_000);
    utimesSync(`${path}.1`, 2_000, 2_000);
    writeFileSync(path, line('3'));
    writeFileSync(`${path}.3.gz`, 'another one, compressed');
    writeFileSync(`${path}.bak`, line('of nobody'));
    await follow().until(['connected ', 'alert 1', 'alert 2', 'alert 3']);
  });

  it('away and compressed while nobody read: the loss is reported', async () => {
    writeFileSync(path, '');
    const first = follow();
    await first.until(['connected ']);
    await first.source.stop();
    // The new one first: its inode is another one then.
    writeFileSync(`${path}.new`, line('new'));
    unlinkSync(path);
    renameSync(`${path}.new`, path);
    await follow().until(['malformed', 'connected ', 'alert new']);
  });
});

describe('what is lost is reported', () => {
  it('a file that is cut', async () => {
    writeFileSync(path, line('a long line to begin with'));
    const { until } = follow();
    await until(['connected ']);
    truncateSync(path);
    await until(['connected ', 'malformed']);
    appendFileSync(path, line('after'));
    await until(['connected ', 'malformed', 'alert after']);
  });

  it('a file that is cut, and longer again before anybody looks', async () => {
    writeFileSync(path, line('1'));
    const first = follow();
    await first.until(['connected ']);
    await first.source.stop();
    writeFileSync(path, line('2') + line('3'));
    await follow().until(['malformed', 'connected ', 'alert 2', 'alert 3']);
  });

  it.each([
    ['what is no alert', '{"hello":1}\n'],
    ['what is no JSON', 'Warning: something\n'],
    ['bytes', '\u0000\u0001\u0002\n'],
    ['a line of two megabytes', `${'x'.repeat(2 * 1024 * 1024)}\n`],
    ['an alert of two megabytes', line('x', { output: 'y'.repeat(2 * 1024 * 1024) })],
  ])('%s: once, and what stands behind it is read', async (_title, text) => {
    writeFileSync(path, '');
    const { until } = follow();
    await until(['connected ']);
    appendFileSync(path, text + line('behind'));
    await until(['connected ', 'malformed', 'alert behind']);
  });

  it('more than there is time to read', async () => {
    writeFileSync(path, '');
    const first = follow();
    await first.until(['connected ']);
    await first.source.stop();
    // A file as large as it says, without the disk for it: 100 GB, of which nothing is read.
    appendFileSync(path, line('begin'));
    truncateSync(path, 100_000_000_000);
    const second = follow();
    await second.until(['malformed', 'connected ']);
    appendFileSync(path, `\n${line('now')}`);
    await second.until(['malformed', 'connected ', 'alert now']);
  });
});

it('a first reader of a file of 100 GB begins at its end', async () => {
  writeFileSync(path, '');
  truncateSync(path, 100_000_000_000);
  const { until } = follow();
  await until(['connected ']);
  appendFileSync(path, `the rest of a line\n${line('now')}`);
  await until(['connected ', 'alert now']);
});

it('reports a folder that can not be read instead of throwing', async () => {
  path = join(folder, 'missing', 'events.json');
  const { source } = follow();
  await vi.waitFor(() => expect(source.status().lastError).toContain('the file does not exist'));
  expect(existsSync(join(folder, 'position.json'))).toBe(false);
});
