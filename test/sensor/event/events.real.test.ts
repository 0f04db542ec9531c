import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProbe, ROOT, ruleFile, runContainer, sandboxImage, TestSensor, until } from '../harness.js';

const run = promisify(execFile);

const EVERYTHING = `
- rule: Everything
  desc: every event of the program, and of what it becomes
  condition: evt.type exists and proc.name in (calls, true)
  output: "%evt.type %evt.res fd=%fd.name path=%fs.path.name source=%fs.path.source target=%fs.path.target cwd=%proc.cwd exe=%proc.exe args=%evt.args"
  priority: DEBUG
`;

type Row = readonly [type: string, result: string, says: string];

/** The result is the one that the program says it got: machines differ in it (IPv6, the engine's own filter, settings of the kernel). */
const AS_ANSWERED = 'as answered';

/** What test/sensor/event/programs/calls.c does by 32-bit numbers; rows as below. */
const EXPECTED_32_BIT: readonly Row[] = [
  ['open', 'EACCES', 'fd=/etc/shadow '],
  ['connect', 'ENETUNREACH', 'fd=0.0.0.0:0->203.0.113.32:32 '],
];

/** What it does then, in its order: the type, the result and a part of what the event must say. */
const EXPECTED: readonly Row[] = [
  ['mkdir', 'SUCCESS', 'path=/tmp/a '],
  ['mkdir', 'SUCCESS', 'path=/tmp/a/b '],
  ['openat', 'SUCCESS', '(O_DIRECTORY|O_RDONLY'],
  ['openat', 'SUCCESS', 'fd=/tmp/a/made-by-openat path=/tmp/a/made-by-openat '],
  ['openat2', 'SUCCESS', '(O_CREAT|O_WRONLY|O_F_CREATED'],
  ['symlinkat', 'SUCCESS', 'source=/tmp/a/link target=/etc/passwd '],
  ['linkat', 'SUCCESS', 'source=/tmp/a/hard-link target=/tmp/a/made-by-openat '],
  ['renameat', 'SUCCESS', 'source=/tmp/a/hard-link target=/tmp/a/renamed '],
  ['fchmodat', 'SUCCESS', 'mode=04755('],
  ['fchdir', 'SUCCESS', 'cwd=/tmp/a/ '],
  ['unlinkat', 'SUCCESS', 'path=/tmp/a/renamed '],
  ['chdir', 'SUCCESS', 'cwd=/dev/shm/ '],
  ['creat', 'SUCCESS', 'fd=/dev/shm/on-another-mount '],
  ['sendto', 'ENETUNREACH', '->203.0.113.9:9999 '],
  ['connect', AS_ANSWERED, '->2001:db8::7:443 '],
  ['connect', 'ENETUNREACH', 'fd=0.0.0.0:0->203.0.113.10:443 '],
  ['socket', AS_ANSWERED, 'domain=17(AF_PACKET)'],
  ['dup3', 'SUCCESS', 'res=0(<4t>'],
  ['sendto', 'ENETUNREACH', '->203.0.113.11:443 '],
  ['sendto', 'ENETUNREACH', '->203.0.113.12:0 '],
  ['sendmsg', 'ENETUNREACH', '->203.0.113.13:13 '],
  ['memfd_create', AS_ANSWERED, 'name=payload flags=1(MFD_CLOEXEC)'],
  ['mount', 'EPERM', 'dev=none dir=/tmp/a type=tmpfs flags=2(NOSUID)'],
  ['unshare', 'EPERM', '(CLONE_NEWUSER)'],
  ['setuid', 'EPERM', 'uid=0'],
  ['kill', 'SUCCESS', 'pid=1 sig=0'],
  ['ptrace', 'EPERM', 'request=16(PTRACE_ATTACH) pid=1'],
  ['process_vm_readv', AS_ANSWERED, 'pid=1'],
  ['bpf', 'EPERM', 'cmd=0'],
  ['setsid', 'EPERM', 'res=-1(EPERM)'],
  ['execve', 'ENOENT', 'filename=/nonexistent/program'],
  ['execve', 'SUCCESS', 'exe=renamed-argv0 args=res=0 exe=renamed-argv0 args=first second argument'],
  ['procexit', '<NA>', 'status=0'],
];

describe('calls that scripts seldom make', () => {
  let folder: string;
  /** What the program printed. */
  let printed: string;
  let said: string[] = [];
  let image: string;
  let lost = 0;

  beforeAll(async () => {
    await buildProbe();
    folder = await mkdtemp(join(tmpdir(), 'packwarden-calls-'));
    const program = join(folder, 'calls');
    await run('cc', ['-static', '-o', program, join(ROOT, 'test/sensor/event/programs/calls.c')]);
    image = sandboxImage();
    const sensor = await TestSensor.start([await ruleFile(folder, EVERYTHING)]);
    try {
      const args = ['--network', 'none', '--user', '1000'];
      const { id, output } = await runContainer(image, ['/calls'], { args, files: { '/calls': program } });
      printed = output;
      const responses = await sensor.get();
      const own = responses.filter(({ output_fields }) => output_fields['container.id'] === id.slice(0, 12));
      said = own.map(({ output }) => JSON.parse(output).output.replace(/^.*?: Debug /, ''));
      // What the kernel side counts comes once a second.
      const subscription = sensor.subscribe(20);
      const internal = () => [...responses, ...subscription.responses].filter(({ source }) => source === 'internal');
      await until(() => internal().length > 0, 'the drop alert');
      lost = internal().reduce((sum, { output_fields }) => sum + Number(output_fields.n_drops), 0);
      subscription.close();
    } finally {
      await sensor.stop();
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Whether the processor and the kernel make 32-bit calls; else who tries one is ended by SIGSEGV and has asked for nothing. */
  const has32Bit = (): boolean => {
    const outcome = /^32-bit calls: (.*)$/m.exec(printed)?.[1];
    expect(['made', 'SEGV']).toContain(outcome);
    return outcome === 'made';
  };
  /** Of the row's type and result. */
  const linesOf = ([type, result]: Row): readonly string[] => {
    const answer = result === AS_ANSWERED ? new RegExp(`^${type} (.*)$`, 'm').exec(printed)?.[1] : result;
    return said.filter((line) => line.startsWith(`${type} ${answer} `));
  };
  const placeOf = (row: Row): number => said.indexOf(linesOf(row).find((line) => line.includes(row[2])) ?? '');

  it.each(EXPECTED)('%s %s: %s', (...row) => {
    const about = linesOf(row);
    expect(
      about.filter((line) => line.includes(row[2])),
      about.join('\n'),
    ).toHaveLength(1);
  });

  it.each(EXPECTED_32_BIT)('by 32-bit numbers, where the machine makes such calls: %s %s: %s', (...row) => {
    expect(linesOf(row).filter((line) => line.includes(row[2]))).toHaveLength(has32Bit() ? 1 : 0);
  });

  it('shows thirty messages of one sendmmsg, and counts the others as lost', () => {
    expect(said.filter((line) => line.startsWith('sendmmsg SUCCESS fd=0.0.0.0:'))).toHaveLength(30);
    expect(said.at(said.findIndex((line) => line.startsWith('sendmmsg')))).toContain('->127.0.0.40:40 ');
    expect(lost).toBeGreaterThanOrEqual(10);
  });

  it('come in the order in which they were made', () => {
    const places = [...(has32Bit() ? EXPECTED_32_BIT : []), ...EXPECTED].map(placeOf);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});

describe('a storm of processes', () => {
  it('is recorded completely, or the loss is reported', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'packwarden-storm-'));
    const rules = await ruleFile(
      folder,
      '- rule: Exec\n  desc: d\n  condition: evt.type = execve and proc.name = true\n  output: "%proc.ppid %proc.pname %proc.aname[2]"\n  priority: DEBUG\n',
    );
    const sensor = await TestSensor.start([rules]);
    try {
      const script = 'for i in $(seq 250); do for j in 1 2 3 4 5 6 7 8; do /bin/true & done; wait; done';
      const { id } = await runContainer(sandboxImage(), ['sh', '-c', script]);
      const responses = await sensor.get();
      const lost = responses
        .filter(({ source }) => source === 'internal')
        .map(({ output_fields }) => Number(output_fields.n_drops));
      const execs = responses.filter(({ output_fields }) => output_fields['container.id'] === id.slice(0, 12));
      if (lost.length === 0) expect(execs).toHaveLength(2_000);
      expect(execs.length + lost.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(2_000);
      expect(new Set(execs.map(({ output_fields }) => output_fields['proc.pname']))).toEqual(new Set(['sh']));
      expect(new Set(execs.map(({ output_fields }) => output_fields['proc.aname[2]']))).toEqual(
        new Set(['containerd-shim']),
      );
    } finally {
      await sensor.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
