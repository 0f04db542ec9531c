import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type JsonEvent, jsonCatalog, RuleSetHolder, readRuleFiles, watchRuleFiles } from '../../../src/rules/index.js';
import { ruleText } from '../support.js';

let folder: string;
let logged: { msg: string; errors?: string[] }[];
const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packwarden-rules-'));
  logged = [];
  await writeFile(join(folder, 'a.yaml'), ruleText('A', 'proc.name = a'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function start(): Promise<RuleSetHolder<JsonEvent>> {
  let time = 1000;
  const read = () => readRuleFiles([folder]);
  return RuleSetHolder.start({ catalog: jsonCatalog, options: {}, read, now: () => time++, log });
}

describe('reading rule files', () => {
  it('takes files in the order given, and a folder’s by name', async () => {
    await writeFile(join(folder, 'z.yml'), '');
    await writeFile(join(folder, 'm.yaml'), '');
    await writeFile(join(folder, 'notes.txt'), '');
    await writeFile(join(folder, '.hidden.yaml'), '');
    const files = await readRuleFiles([join(folder, 'z.yml'), folder]);
    expect(files.map(({ path }) => path.slice(folder.length + 1))).toEqual(['z.yml', 'a.yaml', 'm.yaml', 'z.yml']);
  });

  it.each([
    ['no file', async () => join(folder, 'none.yaml'), /none\.yaml: ENOENT/],
    [
      'not UTF-8',
      async () => {
        await writeFile(join(folder, 'b.yaml'), Buffer.from([0xc3, 0x28]));
        return folder;
      },
      /b\.yaml: file is not UTF-8 text/,
    ],
    [
      'too large',
      async () => {
        await writeFile(join(folder, 'b.yaml'), 'x'.repeat(5_000_000));
        return folder;
      },
      /b\.yaml: file is larger than 1048576 bytes/,
    ],
  ])('says what is wrong: %s', async (_what, path, message) => {
    await expect(readRuleFiles([await path()])).rejects.toMatchObject({
      code: 'unreadable',
      message: expect.stringMatching(message),
    });
  });
});

describe('the rules in force', () => {
  it('must be good at the start', async () => {
    await writeFile(join(folder, 'b.yaml'), ruleText('B', 'nonsense'));
    await expect(start()).rejects.toMatchObject({ code: 'invalid' });
  });

  it('are replaced as a whole, or not at all', async () => {
    const holder = await start();
    const names = () => holder.engine.rules.map((rule) => rule.name);
    await writeFile(join(folder, 'b.yaml'), ruleText('B', 'proc.name = b'));
    expect(await holder.reload()).toBe(true);
    expect(names()).toEqual(['A', 'B']);
    await writeFile(join(folder, 'a.yaml'), ruleText('A2', 'proc.name = a'));
    await appendFile(join(folder, 'b.yaml'), ruleText('C', 'foo.bar = 1'));
    expect(await holder.reload()).toBe(false);
    expect(names()).toEqual(['A', 'B']);
    expect(holder.status).toMatchObject({ rules: 2, generation: 2, failures: 1 });
    expect(holder.status.lastError?.message).toMatch(/b\.yaml:2:\d+: error LOAD_ERR_COMPILE_CONDITION: .*foo\.bar/);
    expect(logged.at(-1)?.msg).toBe('rules not reloaded, the running set stays in force');
    await writeFile(join(folder, 'b.yaml'), '');
    expect(await holder.reload()).toBe(true);
    expect(names()).toEqual(['A2']);
    expect(holder.status).toMatchObject({ rules: 1, generation: 3, failures: 1, lastError: null });
  });

  it('stay when the files are gone', async () => {
    const holder = await start();
    await rm(folder, { recursive: true });
    expect(await holder.reload()).toBe(false);
    expect(holder.engine.evaluate({ 'proc.name': 'a' })).toHaveLength(1);
  });

  it('are what the files say after many reloads at once', async () => {
    const holder = await start();
    const first = holder.reload();
    await writeFile(join(folder, 'a.yaml'), ruleText('Last', 'proc.name = a'));
    await Promise.all([first, holder.reload(), holder.reload()]);
    expect(holder.engine.rules.map((rule) => rule.name)).toEqual(['Last']);
  });

  it('follow a change of a file, and of a file that is replaced', async () => {
    const holder = await start();
    const watching = await watchRuleFiles([folder], () => void holder.reload(), log);
    try {
      await writeFile(join(folder, 'a.yaml'), ruleText('Changed', 'proc.name = a'));
      await vi.waitFor(() => expect(holder.engine.rules[0]?.name).toBe('Changed'), { timeout: 15_000 });
      await writeFile(join(folder, 'b.yaml'), ruleText('New', 'proc.name = b'));
      await vi.waitFor(() => expect(holder.engine.rules[1]?.name).toBe('New'), { timeout: 15_000 });
    } finally {
      watching.stop();
    }
  });
});
