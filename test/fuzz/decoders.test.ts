import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { loadSync } from '@grpc/proto-loader';
import { expect, it } from 'vitest';
import { OWN_RULE_FILES } from '../../src/app/own-rules.js';
import { decodeJsonAlert } from '../../src/falco/decode-json.js';
import { decodeMessage } from '../../src/falco/grpc-client.js';
import { readEvent } from '../../src/gitlab/event/event.js';
import { readBody } from '../../src/gitlab/receive/body.js';
import { compileRules, loadRules, readRuleFiles } from '../../src/rules/index.js';
import { readImportResults } from '../../src/sandbox/packages/import-results.js';
import { parsePackageList } from '../../src/sandbox/packages/package-list.js';
import { syscallCatalog } from '../../src/sensor/fields/catalog.js';
import { AlertQueue } from '../../src/sensor/outputs/queue.js';
import { RecordFraming } from '../../src/sensor/probe/framing.js';
import { PART } from '../../src/sensor/probe/layout.js';
import { Watcher } from '../../src/sensor/watcher.js';
import { message } from '../falco/harness.js';
import { document, received } from '../gitlab/events.js';
import { childPart, execParts, recordBytes } from '../sensor/records.js';
import { damaged } from '../support/damage.js';
import { seeded } from '../support/random.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SLOW_MS = 2_000;

/** What it is, a sound input, who reads it (it throws what is wrong), the codes of errors that it may throw, how many damaged copies. */
type Row = readonly [string, readonly Buffer[], (bytes: Buffer) => unknown, RegExp, number];

const outputs = loadSync('outputs.proto', {
  includeDirs: [`${ROOT}protos`],
  keepCase: true,
  longs: String,
  enums: String,
});
const { sub } = outputs['falco.outputs.service'] as ServiceDefinition;

const alert = JSON.stringify({
  time: '2026-11-21T10:36:45.000000007Z',
  priority: 'Critical',
  rule: 'R',
  source: 'syscall',
  output: 'text "quoted"\n',
  output_fields: {
    'proc.pid': 7,
    'evt.time': 1_795_257_405_000_000,
    'fd.name': null,
    'container.id': 'c'.repeat(12),
  },
  tags: ['a'],
});

const listing = [
  {
    name: 'p',
    version: '1.0.0',
    path: '.',
    realPath: '/p',
    from: { kind: 'project', resolved: null, integrity: null },
    optional: false,
    scripts: [],
    dependencies: ['a'],
  },
  { command: '/p/node_modules/.bin/a', file: '/p/node_modules/a/a.js' },
  { disagreement: 'a is not in the lock file' },
]
  .map((line) => JSON.stringify(line))
  .join('\n');
const target = {
  folder: '/p/node_modules/a',
  name: 'a',
  version: '1.0.0',
  path: 'node_modules/a',
  direct: true,
  bins: ['/p/node_modules/a/a.js'],
};
const loads = [
  { folder: '/p/node_modules/a', ms: 12, error: null, killed: null, failed: [], replaced: [] },
  { folder: '/p/node_modules/a', bin: 'a', error: null },
]
  .map((line) => JSON.stringify(line))
  .join('\n');

const records = [
  recordBytes({ nr: 59, ret: 0, parts: execParts('/usr/bin/node', '/p', ['node', 'x.js']) }),
  recordBytes({ kind: 'fork', ret: 101, parts: [childPart(101, 8)] }),
  recordBytes({
    nr: 257,
    ret: 3,
    args: [-100],
    parts: [
      [PART.path1, '/home/ci/.ssh/id_rsa'],
      [PART.base1, '/p'],
    ],
  }),
  recordBytes({
    nr: 42,
    ret: 0,
    args: [3],
    parts: [
      [PART.fd, Buffer.alloc(64)],
      [PART.address, Buffer.from([2, 0, 1, 187, 1, 2, 3, 4])],
    ],
  }),
  recordBytes({
    nr: 88,
    ret: 0,
    parts: [
      [PART.text, '../x'],
      [PART.path1, 'link'],
      [PART.base1, '/p'],
    ],
  }),
  recordBytes({
    nr: 82,
    ret: 0,
    parts: [
      [PART.path1, '/p/a'],
      [PART.path2, '/p/b'],
    ],
  }),
  recordBytes({ kind: 'exit', ret: 256 }),
];

const engine = compileRules(loadRules(await readRuleFiles(OWN_RULE_FILES)), syscallCatalog, { matching: 'all' });
/** As the sensor reads what the probe writes; the header of a record is the kernel's, what is in its parts is the program's. */
function sense(bytes: Buffer): void {
  const watcher = new Watcher({ engine }, new AlertQueue(100), {
    dockerRoot: '/nonexistent',
    hostname: 'h',
    now: () => 0,
  });
  new RecordFraming(watcher, () => undefined).push(bytes);
}

function readDelivery(bytes: Buffer): void {
  for (const raw of readBody(bytes, 'application/json').documents) readEvent(received(raw));
}

function readAlert(bytes: Buffer): void {
  const read = decodeMessage(bytes);
  if (read instanceof Error) throw read;
}

const RULE_FILE = `- required_engine_version: 0.43.0
- list: tools
  items: [curl, "wget", 'nc']
- macro: spawned
  condition: (evt.type in (execve, execveat) and evt.arg.res = 0)
- rule: Tool
  desc: a tool | of several
  condition: spawned and (proc.name in (tools) or not proc.args contains "a b") and fd.name startswith /home
  output: "%proc.cmdline (user=%user.uid \\x41)"
  priority: WARNING
  tags: [a, b]
  exceptions:
    - name: known
      fields: [proc.name, proc.pname]
      comps: [=, in]
      values:
        - [node, [sh, bash]]
- rule: Tool
  condition: and proc.pid > 1
  override: {condition: append}
`;

function load(bytes: Buffer): void {
  const files = [{ path: 'r.yaml', text: bytes.toString('utf8') }];
  compileRules(loadRules(files), syscallCatalog, { matching: 'all' });
}

const rows: readonly Row[] = [
  ['an alert over gRPC', [sub?.responseSerialize(message()) as Buffer], readAlert, /^malformed-alert$/, 4_000],
  [
    'an alert as JSON',
    [Buffer.from(alert)],
    (bytes) => decodeJsonAlert(bytes.toString('utf8')),
    /^malformed-alert$/,
    4_000,
  ],
  ['records of the sensor’s probe', [Buffer.concat(records)], sense, /^records$/, 2_000],
  [
    'a delivery of audit events',
    [Buffer.from(JSON.stringify([document(), document()]))],
    readDelivery,
    /^not-audit-events$/,
    4_000,
  ],
  [
    'a list of packages from the sandbox',
    [Buffer.from(listing)],
    (bytes) => parsePackageList(bytes.toString('utf8')),
    /^listing-failed$/,
    4_000,
  ],
  [
    'results of loads from the sandbox',
    [Buffer.from(loads)],
    (bytes) => readImportResults(bytes.toString('utf8'), [target], []),
    /^$/,
    4_000,
  ],
  ['a file of rules', [Buffer.from(RULE_FILE)], load, /^[a-z-]+$/, 1_500],
];

it.each(rows)('%s, damaged: it is read, or refused with a code, and in time', (_what, sound, read, codes, rounds) => {
  const outcomes = new Map<string, number>();
  for (let seed = 1; seed <= rounds; seed += 1) {
    const random = seeded(seed);
    const input = damaged(sound[random(sound.length)] as Buffer, random);
    const began = performance.now();
    const outcome = outcomeOf(() => read(input));
    expect(performance.now() - began, `seed ${seed} took long`).toBeLessThan(SLOW_MS);
    expect(outcome === 'read' || codes.test(outcome), `seed ${seed}: ${outcome}`).toBe(true);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect(outcomes.get('read') ?? 0, JSON.stringify([...outcomes])).toBeGreaterThan(0);
});

/** `read`, the code of the error, or the error itself where it has none. */
function outcomeOf(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    // Node's own errors have codes, too; those are mistakes of ours.
    return typeof code === 'string' && !code.startsWith('ERR_') ? code : `${(error as Error).stack}`;
  }
}
