import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rewritten } from '../../src/blobs/rewrite.js';
import type { SandboxRun } from '../../src/jobs/ports.js';
import { buildProbe, ruleFile, runContainer, sandboxImage, TestSensor } from '../sensor/harness.js';
import { installed } from './installed.js';
import { docker, projectRunning, withProject } from './rig.js';

const NEW_USER = 0x10000000;
const NEW_NET = 0x40000000;
const PTRACE_ATTACH = 16;
const EACCES = constants.errno.EACCES;
const ENOSYS = constants.errno.ENOSYS;
const EPERM = constants.errno.EPERM;
const EAFNOSUPPORT = constants.errno.EAFNOSUPPORT;

/** A call by its x86-64 number, its first arguments, and how it is answered: 0 is a success; undefined where the machine decides. */
type Row = readonly [name: string, nr: number, args: readonly number[], errno: number | undefined];

const REFUSED: readonly Row[] = [
  ['io_uring_setup', 425, [1, 0], ENOSYS],
  ['io_uring_enter', 426, [0], ENOSYS],
  ['io_uring_register', 427, [0], ENOSYS],
  ['add_key', 248, [0], ENOSYS],
  ['request_key', 249, [0], ENOSYS],
  ['keyctl', 250, [0], ENOSYS],
  ['bpf', 321, [0], EPERM],
  ['perf_event_open', 298, [0], EPERM],
  ['userfaultfd', 323, [1], EPERM],
  ['fanotify_init', 300, [0], EPERM],
  ['mount', 165, [0, 0, 0], EPERM],
  ['umount2', 166, [0], EPERM],
  ['pivot_root', 155, [0, 0], EPERM],
  ['move_mount', 429, [0], EPERM],
  ['open_tree', 428, [0], EPERM],
  ['fsopen', 430, [0], EPERM],
  ['mount_setattr', 442, [0], EPERM],
  ['open_by_handle_at', 304, [0], EPERM],
  ['setns', 308, [0, 0], EPERM],
  ['unshare', 272, [NEW_USER], EPERM],
  ['clone into a user namespace', 56, [NEW_USER], EPERM],
  ['clone into a network', 56, [NEW_NET], EPERM],
  ['clone3', 435, [0, 0], ENOSYS],
  ['init_module', 175, [0], EPERM],
  ['finit_module', 313, [0], EPERM],
  ['kexec_load', 246, [0], EPERM],
  ['kexec_file_load', 320, [0], EPERM],
  ['syslog', 103, [2], EPERM],
  ['process_vm_readv', 310, [1], EPERM],
  ['process_vm_writev', 311, [1], EPERM],
  ['pidfd_getfd', 438, [0], EPERM],
  ['ptrace of another', 101, [PTRACE_ATTACH, 1], EPERM],
  ['personality without address randomisation', 135, [0x40000], EPERM],
  ['personality of 32-bit programs', 135, [8], EPERM],
  ['socket of packets', 41, [17, 3, 0], EAFNOSUPPORT],
  ['socket of a virtual machine', 41, [40, 1, 0], EAFNOSUPPORT],
  ['socket of the kernel’s ciphers', 41, [38, 5, 0], EAFNOSUPPORT],
  ['raw IPv4 socket', 41, [2, 3, 1], EPERM],
  ['x32 getpid', 0x40000000 + 39, [], ENOSYS],
];

const ALLOWED: readonly Row[] = [
  ['the question for the personality', 135, [0xffffffff], 0],
  ['unix socket', 41, [1, 1, 0], 0],
  ['IPv4 socket', 41, [2, 1, 0], 0],
  // Not on a machine without IPv6.
  ['IPv6 socket', 41, [10, 2, 0], undefined],
  ['netlink socket, as getifaddrs opens', 41, [16, 3, 0], 0],
  // Malware asks for it to know whether a debugger is there. A kernel can be set to let nobody trace (yama).
  ['to be traced by the parent', 101, [0], undefined],
];

/**
 * Makes every call, and 32-bit x86's open of /etc/shadow (number 5) from this 64-bit program, each in a process of its own: its
 * answer is the error's number, or the name of the signal that ended the process.
 */
const CALLS = `
import ctypes, json, mmap, os, signal
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

def by_number(nr, args):
    failed = libc.syscall(ctypes.c_long(nr), *[ctypes.c_long(a) for a in args]) == -1
    return ctypes.get_errno() if failed else 0

def open_by_32_bit():
    page = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40, 7)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    path = (address + 256).to_bytes(4, 'little')
    page[256:268] = b'/etc/shadow\\0'
    page[0:17] = b'\\x53\\xb8\\x05\\0\\0\\0\\xbb' + path + b'\\x31\\xc9\\xcd\\x80\\x5b\\xc3'
    return -ctypes.CFUNCTYPE(ctypes.c_int)(address)()

def answer_of(call):
    child = os.fork()
    if child == 0:
        os._exit(call())
    status = os.waitpid(child, 0)[1]
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)

with open('calls.json') as file:
    answers = {name: answer_of(lambda: by_number(nr, args)) for name, nr, args, _ in json.load(file)}
answers['i386 open'] = answer_of(open_by_32_bit)
print('answers', json.dumps(answers))
`;

const EVERYTHING = `
- rule: Everything
  desc: every event of the program
  condition: evt.type exists and proc.name = python3
  output: "%evt.type %evt.res %evt.rawres %fd.name"
  priority: DEBUG
`;

/** By the call's name: an error's number, or the name of the signal that ended the process which made it. */
type Answers = Readonly<Record<string, number | string>>;

let folder: string;
let sensor: TestSensor;
/** What this machine's processor and kernel answer in a container of the same image without the filter. */
let unconfined: Answers;
let answers: Answers;
let events: readonly string[];

function answersIn(log: string): Answers {
  const answer = /^answers (.*)$/m.exec(log)?.[1];
  if (answer === undefined) throw new Error(`the calls were not made: ${log}`);
  return JSON.parse(answer);
}

async function answersUnconfined(): Promise<Answers> {
  const script = join(folder, 'calls.py');
  const list = join(folder, 'calls.json');
  await writeFile(script, CALLS);
  await writeFile(list, JSON.stringify(ALLOWED));
  const files = { '/calls.py': script, '/calls.json': list };
  const args = ['--network', 'none', '--user', '1000', '--workdir', '/'];
  return answersIn((await runContainer(sandboxImage(), ['python3', 'calls.py'], { args, files })).output);
}

beforeAll(async () => {
  await buildProbe();
  folder = await mkdtemp(join(tmpdir(), 'packwarden-confine-'));
  unconfined = await answersUnconfined();
  sensor = await TestSensor.start([await ruleFile(folder, EVERYTHING)]);
  const files = {
    ...projectRunning('python3 calls.py'),
    'calls.py': CALLS,
    'calls.json': JSON.stringify([...REFUSED, ...ALLOWED]),
  };
  const { container, log } = await withProject(files, async (run) => {
    const step = await installed(run, 60_000);
    return { container: run.containerId.slice(0, 12), log: step.log };
  });
  answers = answersIn(log);
  events = (await sensor.get())
    .filter(({ output_fields }) => output_fields['container.id'] === container)
    .map(({ output }) => JSON.parse(output).output.replace(/^.*?: Debug /, ''));
});
afterAll(async () => {
  await sensor?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Where the processor or the kernel makes no 32-bit calls, who tries one is ended by this signal and has asked for nothing. */
const NO_SUCH_CALL = 'SIGSEGV';

describe('no install needs it, and it is refused as a kernel would that lacks it', () => {
  it.each(REFUSED)('%s', (name, _nr, _args, errno) => {
    expect(answers[name]).toBe(errno);
  });

  it('a call by 32-bit numbers, where the machine makes such calls', () => {
    expect([EACCES, NO_SUCH_CALL]).toContain(unconfined['i386 open']);
    expect(answers['i386 open']).toBe(unconfined['i386 open'] === NO_SUCH_CALL ? NO_SUCH_CALL : ENOSYS);
  });
});

describe('honest programs use it, and it is answered as without the filter', () => {
  it.each(ALLOWED)('%s', (name, _nr, _args, errno) => {
    expect(answers[name]).toBe(unconfined[name]);
    if (errno !== undefined) expect(answers[name]).toBe(errno);
  });
});

describe('the sensor sees that it was tried', () => {
  it.each([
    'io_uring_setup ENOSYS',
    'bpf EPERM',
    'userfaultfd EPERM',
    'mount EPERM',
    'umount2 EPERM',
    'pivot_root EPERM',
    'setns EPERM',
    'unshare EPERM',
    'init_module EPERM',
    'finit_module EPERM',
    'process_vm_readv EPERM',
    'process_vm_writev EPERM',
    'ptrace EPERM',
    'socket EAFNOSUPPORT',
  ])('%s', (event) => {
    expect(events.filter((line) => line.startsWith(event))).not.toEqual([]);
  });

  it('by 32-bit numbers too, with the path', () => {
    const seen = events.filter((event) => event === 'open ENOSYS -38 /etc/shadow');
    expect(seen).toHaveLength(unconfined['i386 open'] === NO_SUCH_CALL ? 0 : 1);
  });
});

/** The number of filters that a program in the container stands under; undefined while there is no such program. */
async function filtersOf(run: SandboxRun, program: string): Promise<number | undefined> {
  const { Processes } = (await docker.getContainer(run.containerId).top({ ps_args: '-eo pid,args' })) as {
    Processes: string[][];
  };
  const pid = Processes.find((process) => process.slice(1).join(' ').startsWith(program))?.[0];
  if (pid === undefined) return undefined;
  return Number(/Seccomp_filters:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

it('our own tools are confined as well: the project could act through their memory', async () => {
  await withProject(projectRunning('true'), async (run) => {
    const archive = new PassThrough();
    const unpacking = run.unpack(rewritten(archive)).catch(() => undefined);
    const keeper = await filtersOf(run, 'sleep ');
    if (keeper === undefined) throw new Error('the keeper is not there');
    await vi.waitFor(async () => expect(await filtersOf(run, 'tar ')).toBe(keeper + 1), { timeout: 10_000 });
    archive.end();
    await unpacking;
  });
});

it('nobody reads the program that sets the filter, so nobody gets into its memory before it has', async () => {
  const { log } = await withProject(projectRunning('cat /opt/ci/confine 2>&1'), (run) => installed(run, 60_000));
  expect(log).toContain('/opt/ci/confine: Permission denied');
});
