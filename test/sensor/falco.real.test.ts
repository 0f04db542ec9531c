import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  buildProbe,
  HAS_RECORDED,
  RECORDED,
  type Response,
  runContainer,
  sandboxImage,
  TestSensor,
  until,
  withInternalNetwork,
} from './harness.js';

/** What Falco was run with when the recording was made (`-pc`). */
const AS_RECORDED = [
  {
    extraOutput:
      'container_id=%container.id container_image=%container.image.repository container_image_tag=%container.image.tag container_name=%container.name',
  },
];

interface JsonAlert {
  readonly rule: string;
  readonly priority: string;
  readonly source: string;
  readonly output: string;
  readonly output_fields: Readonly<Record<string, unknown>>;
}

/**
 * Where this sensor says something else than the recorded Falco 0.40, on purpose or because the machine differs:
 * - `fs.path.name` of a failed relative open is the path (Falco: `<UNKNOWN>`);
 * - a socket on `::` is IPv6 (Falco's text says `<4t>:::8123` while `fd.name` is `:::8123`);
 * - a bound UDP socket is known to be UDP (Falco: `<4>0.0.0.0:0`), pipes are `<p>` (Falco did not follow pipe2);
 * - arguments that Falco 0.40 had on the enter event stand on the exit event, as in Falco >= 0.42;
 * - numbers of descriptors, processes and ports, ids, times and the files a newer Node opens are the machine's.
 */
const SAME: readonly (readonly [
  what: string,
  rule: string,
  key: string,
  value: string,
  compared: readonly string[],
])[] = [
  ['refused open', 'T open', 'fd.name', '/etc/shadow', openFields()],
  ['open of what is not there', 'T open', 'fd.name', '/nonexistent/dir/.ssh/id_rsa', openFields()],
  ['failed relative open', 'T open', 'fd.name', '/home/.env', openFields('fs.path.name')],
  ['relative open that creates', 'T open', 'fd.name', '/tmp/rel.txt', openFields('evt.rawres')],
  ['open of a device', 'T open', 'fd.name', '/dev/null', openFields('evt.rawres')],
  ['open from the image', 'T open', 'fd.name', '/etc/ld.so.cache', openFields()],
  ['rename', 'T fs', 'evt.type', 'rename', fileFields()],
  ['unlink', 'T fs', 'fs.path.name', '/tmp/rel2.txt', fileFields()],
  ['failed unlink', 'T fs', 'evt.args', 'res=-2(ENOENT) path=/tmp/none', fileFields()],
  ['symlink', 'T fs', 'evt.type', 'symlink', fileFields()],
  ['mkdir', 'T fs', 'fs.path.name', '/tmp/dd', fileFields()],
  ['chmod', 'T fs', 'evt.type', 'chmod', fileFields()],
  [
    'connect that is under way',
    'T connect',
    'fd.sip',
    '203.0.113.7',
    ['evt.failed', 'evt.rawres', 'evt.res', 'fd.l4proto', 'fd.sport', 'fd.type'],
  ],
  [
    'connect of a datagram socket',
    'T connect',
    'fd.sip',
    '127.0.0.11',
    ['evt.failed', 'evt.rawres', 'evt.res', 'fd.l4proto', 'fd.sport', 'fd.type'],
  ],
  [
    'failed unix connect',
    'T connect',
    'fd.type',
    'unix',
    ['evt.failed', 'evt.rawres', 'evt.res', 'fd.l4proto', 'fd.name', 'fd.sip', 'fd.sport'],
  ],
  ['datagram', 'T send', 'evt.arg.data', 'hello', ['evt.res', 'evt.type', 'fd.sport']],
  ['listen', 'T misc', 'evt.type', 'listen', ['evt.res', 'fd.name']],
  ['dup2 of a socket', 'T misc', 'evt.type', 'dup2', ['evt.res', 'fd.name']],
  [
    'dup2 of a file',
    'T misc',
    'evt.args',
    'res=1(<f>/dev/null) oldfd=3(<f>/dev/null) newfd=1(<f>/dev/null)',
    ['evt.res', 'evt.type', 'fd.name'],
  ],
  ['setsid', 'T misc', 'evt.type', 'setsid', ['evt.res', 'fd.name']],
  ['exec of a shell', 'T exec', 'proc.exepath', '/usr/bin/dash', execFields()],
  ['exec below a shell', 'T exec', 'proc.cmdline', 'cat /etc/hostname', execFields()],
  ['exec of a detached child', 'T exec', 'proc.cmdline', 'sleep 0.3', execFields('proc.sid')],
  ['failed exec', 'T exec', 'evt.res', 'ENOENT', execFields('proc.sid')],
  ['first exec', 'T exec', 'proc.pname', 'containerd-shim', execFields('proc.acmdline[2]', 'proc.pcmdline')],
];

function without(all: readonly string[], left: readonly string[]): readonly string[] {
  return all.filter((field) => !left.includes(field));
}

function openFields(...left: string[]): readonly string[] {
  const all = [
    'evt.arg.flags',
    'evt.arg.name',
    'evt.is_open_read',
    'evt.is_open_write',
    'evt.rawres',
    'evt.res',
    'fd.name',
    'fs.path.name',
    'proc.cwd',
  ];
  return without(all, left);
}

function fileFields(...left: string[]): readonly string[] {
  return without(['evt.args', 'evt.res', 'evt.type', 'fs.path.name', 'fs.path.source', 'fs.path.target'], left);
}

function execFields(...left: string[]): readonly string[] {
  // Command lines of the shim hold the container's id: `comparable` replaces it.
  const all = [
    'evt.res',
    'proc.acmdline[2]',
    'proc.aname[2]',
    'proc.args',
    'proc.cmdline',
    'proc.cwd',
    'proc.exepath',
    'proc.pcmdline',
    'proc.pname',
    'proc.sid',
    'user.uid',
  ];
  return without(all, left);
}

function comparable(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/[0-9a-f]{64}/g, 'ID') : value;
}

describe.skipIf(!HAS_RECORDED)('the same program under a real Falco (recorded) and under the sensor', () => {
  const recorded: JsonAlert[] = [];
  let ours: JsonAlert[] = [];
  let responses: Response[] = [];

  beforeAll(async () => {
    await buildProbe();
    for (const line of readFileSync(join(RECORDED, 'probe.jsonl'), 'utf8').trim().split('\n'))
      recorded.push(JSON.parse(line));
    const sensor = await TestSensor.start([join(RECORDED, 'probe-rules.yaml')], { appendOutput: AS_RECORDED });
    const subscription = sensor.subscribe(20);
    try {
      const image = sandboxImage();
      const files = { '/t.js': join(RECORDED, 'probe-program.js') };
      const { id } = await withInternalNetwork((network) =>
        runContainer(image, ['node', '/t.js'], {
          args: ['--network', network, '--user', '1000', '-w', '/home'],
          files,
        }),
      );
      const mine = () =>
        subscription.responses.filter((each) => each.output_fields['container.id'] === id.slice(0, 12));
      await until(
        () => mine().some((each) => each.output_fields['evt.arg.data'] === 'hello'),
        'the last of the program',
      );
      responses = mine();
      ours = responses.map((each) => JSON.parse(each.output));
    } finally {
      subscription.close();
      await sensor.stop();
    }
  });

  it.each(SAME)('%s', (_what, rule, key, value, compared) => {
    const find = (alerts: readonly JsonAlert[]) =>
      alerts.find((alert) => alert.rule === rule && (alert.output_fields[key] ?? null) === value);
    const theirs = find(recorded);
    const mine = find(ours);
    expect(theirs, 'in the recording').toBeDefined();
    const pick = (alert: JsonAlert | undefined) =>
      Object.fromEntries(compared.map((field) => [field, comparable(alert?.output_fields[field])]));
    expect(pick(mine)).toEqual(pick(theirs));
  });

  it('names, keys and types of every alert are those of the recording', () => {
    for (const alert of ours) {
      const sample = recorded.find(({ rule }) => rule === alert.rule) as JsonAlert;
      expect(Object.keys(alert)).toEqual(Object.keys(sample));
      expect(Object.keys(alert.output_fields)).toEqual(Object.keys(sample.output_fields));
      expect(alert.priority).toBe(sample.priority);
      expect(alert.output).toMatch(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+0000: Debug \w+ .* container_id=[0-9a-f]{12} /s,
      );
    }
  });

  it('gRPC fields are texts, the time is split, and missing values say so', () => {
    for (const { output_fields, time, source, source_deprecated } of responses) {
      expect(Object.values(output_fields).every((text) => typeof text === 'string')).toBe(true);
      expect(output_fields).not.toHaveProperty(['evt.time.iso8601']);
      expect(Number(time.seconds)).toBeGreaterThan(1_700_000_000);
      expect([source, source_deprecated]).toEqual(['syscall', 'SYSCALL']);
    }
    expect(
      responses.find(({ output_fields }) => output_fields['evt.type'] === 'setsid')?.output_fields['fd.name'],
    ).toBe('<NA>');
  });

  it('loses no event that Falco saw, save those of another Node version', () => {
    const count = (alerts: readonly JsonAlert[], test: (alert: JsonAlert) => boolean) => alerts.filter(test).length;
    const tests: Record<string, (alert: JsonAlert) => boolean> = {
      execs: ({ rule, output_fields }) =>
        rule === 'T exec' && output_fields['evt.res'] === 'SUCCESS' && output_fields['user.uid'] === 1000,
      'failed execs': ({ rule, output_fields }) =>
        rule === 'T exec' && output_fields['evt.res'] === 'ENOENT' && output_fields['user.uid'] === 1000,
      'connects by address': ({ rule, output_fields }) => rule === 'T connect' && output_fields['fd.type'] === 'ipv4',
      datagrams: ({ rule }) => rule === 'T send',
    };
    for (const [what, test] of Object.entries(tests))
      expect([what, count(ours, test)]).toEqual([what, count(recorded, test)]);
  });
});
