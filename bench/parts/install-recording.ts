import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { JsonEvent } from '../../src/rules/index.js';

/** What an install is watched for: the calls the rules are about. */
const CALLS =
  'open,openat,openat2,creat,execve,execveat,connect,sendto,sendmsg,sendmmsg,bind,listen,unlink,unlinkat,rename,renameat,renameat2,symlink,symlinkat,link,linkat,truncate,ftruncate,copy_file_range,chmod,fchmod,fchmodat,chown,fchown,fchownat,mkdir,mkdirat,dup2,dup3,setsid,clone,clone3,vfork,fork,kill,socket,memfd_create,ptrace,mount,unshare,setns,setuid';

const PROJECT = '/home/ci/project';

/** Packages with many files, with an install script, and with a binary that the script runs. */
const DEPENDENCIES = { express: '^5.0.0', esbuild: '*', debug: '*', typescript: '^5.0.0' };

/** Records a real `npm install` with strace, as events with Falco's fields. Needs strace and the npm registry. */
export async function recordInstall(): Promise<JsonEvent[]> {
  const folder = await mkdtemp(join(tmpdir(), 'packwarden-bench-'));
  try {
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'mix', version: '1.0.0', dependencies: DEPENDENCIES }),
    );
    const trace = join(folder, 'trace.txt');
    const npm = ['npm', 'install', '--foreground-scripts', '--no-audit', '--no-fund'];
    await promisify(execFile)('strace', ['-f', '-qq', '-s', '256', '-o', trace, '-e', `trace=${CALLS}`, ...npm], {
      cwd: folder,
    });
    // As a sandbox sees it: the project, HOME, node and npm are where its image has them, by which rules know the manager.
    const places = [[folder, PROJECT], [homedir(), dirname(PROJECT)], ...(await programPlaces())] as const;
    const recorded = await readFile(trace, 'utf8');
    const text = places.reduce((seen, [here, there]) => seen.replaceAll(here, there), recorded);
    return new TraceReader(PROJECT).read(text);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where this machine has node and npm, and where the image has them. */
async function programPlaces(): Promise<readonly (readonly [string, string])[]> {
  const { stdout } = await promisify(execFile)('which', ['node', 'npm']);
  const [node = '', npm = ''] = stdout.split('\n');
  return [
    [process.execPath, '/usr/local/bin/node'],
    [node, '/usr/local/bin/node'],
    [npm, '/usr/local/bin/npm'],
  ];
}

interface Process {
  readonly pid: number;
  readonly parent: Process | undefined;
  exepath: string;
  args: readonly string[];
}

const CONTAINER = {
  'container.id': '4f1d0c9a7b21',
  'container.name': 'bench',
  'container.image.repository': 'packwarden/sandbox-npm',
  'container.privileged': false,
};

/** Turns strace's lines into events, keeping track of processes as a sensor does. */
class TraceReader {
  readonly #processes = new Map<number, Process>();
  readonly #unfinished = new Map<number, string>();
  readonly #events: JsonEvent[] = [];
  #time = 1_795_226_320_000_000_000n;

  constructor(readonly cwd: string) {}

  read(text: string): JsonEvent[] {
    for (const line of text.split('\n')) this.#line(line);
    return this.#events;
  }

  #tick(): bigint {
    this.#time += 12_345n;
    return this.#time;
  }

  #line(line: string): void {
    const found = /^(\d+) +(.*)$/.exec(line);
    if (found === null) return;
    const pid = Number(found[1]);
    let call = found[2] ?? '';
    if (call.endsWith('<unfinished ...>')) {
      this.#unfinished.set(pid, call.slice(0, -'<unfinished ...>'.length));
      return;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call);
    if (resumed !== null) call = (this.#unfinished.get(pid) ?? '') + (resumed[1] ?? '');
    const parts = /^(\w+)\((.*)\)\s+= (-?\d+)(?: (E\w+))?/.exec(call);
    if (parts !== null) this.#call(pid, parts[1] ?? '', parts[2] ?? '', Number(parts[3]), parts[4]);
  }

  #call(pid: number, type: string, args: string, result: number, error: string | undefined): void {
    const process = this.#processes.get(pid) ?? {
      pid,
      parent: undefined,
      exepath: '/usr/local/bin/node',
      args: ['npm'],
    };
    this.#processes.set(pid, process);
    const texts = [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? '');
    if (/^(?:clone|clone3|fork|vfork)$/.test(type) && result > 0) {
      this.#processes.set(result, { ...process, pid: result, parent: process });
    }
    if (type === 'execve' && result === 0) {
      process.exepath = texts[0] ?? '';
      process.args = texts.slice(1);
    }
    this.#events.push({
      ...CONTAINER,
      ...processFields(process, this.cwd),
      ...callFields(type, args, texts, this.cwd),
      'evt.type': type,
      'evt.res': error ?? 'SUCCESS',
      'evt.rawres': error === undefined ? result : -1,
      'evt.failed': error !== undefined,
      'evt.time.iso8601': String(this.#tick()),
    });
  }
}

function processFields(process: Process, cwd: string): JsonEvent {
  const { parent } = process;
  const ancestors = parent === undefined ? [] : [parent, parent.parent, parent.parent?.parent];
  const named = ancestors.map((ancestor, i) => [`proc.aname[${i + 1}]`, ancestor && basename(ancestor.exepath)]);
  const cmdline = (of: Process): string => [basename(of.exepath), ...of.args.slice(1)].join(' ');
  return {
    'proc.pid': process.pid,
    'proc.ppid': parent?.pid ?? 1,
    'proc.vpid': process.pid,
    'proc.name': basename(process.exepath).slice(0, 15),
    'proc.exepath': process.exepath,
    'proc.exe': process.args[0] ?? '',
    'proc.cmdline': cmdline(process),
    'proc.args': process.args.slice(1).join(' '),
    'proc.cwd': `${cwd}/`,
    'proc.tty': 0,
    'user.uid': 1000,
    'user.name': 'sandbox',
    'user.loginuid': -1,
    ...(parent && { 'proc.pname': basename(parent.exepath), 'proc.pcmdline': cmdline(parent) }),
    ...Object.fromEntries(named.filter(([, name]) => name !== undefined)),
  };
}

function callFields(type: string, args: string, texts: readonly string[], cwd: string): JsonEvent {
  const [first = '', second = ''] = texts;
  if (/^(?:open|openat|openat2|creat)$/.test(type)) {
    const name = resolve(cwd, first);
    const flags = /O_\w+(?:\|O_\w+)*/.exec(args)?.[0] ?? 'O_RDONLY';
    const isWrite = /O_WRONLY|O_RDWR/.test(flags);
    return {
      'fd.name': name,
      'fd.directory': dirname(name),
      'fd.filename': basename(name),
      'fd.typechar': flags.includes('O_DIRECTORY') ? 'd' : 'f',
      'fd.type': 'file',
      'fd.num': 20,
      'evt.arg.flags': flags,
      'evt.arg.name': first,
      'evt.is_open_read': !isWrite || flags.includes('O_RDWR'),
      'evt.is_open_write': isWrite,
    };
  }
  if (type === 'connect' || type.startsWith('send')) {
    const ip = /inet_addr\("([\d.]+)"\)/.exec(args)?.[1];
    const port = /htons\((\d+)\)/.exec(args)?.[1];
    if (ip === undefined || port === undefined) return { 'fd.type': 'unix', 'fd.typechar': 'u', 'fd.name': first };
    const peer = { 'fd.sip': ip, 'fd.rip': ip, 'fd.snet': ip, 'fd.sport': Number(port), 'fd.rport': Number(port) };
    return {
      ...peer,
      'fd.name': `172.17.0.2:40000->${ip}:${port}`,
      'fd.type': 'ipv4',
      'fd.typechar': '4',
      'fd.l4proto': 'tcp',
    };
  }
  return texts.length === 0
    ? {}
    : {
        'evt.arg.path': first,
        'evt.arg.oldpath': first,
        'evt.arg.newpath': second,
        'evt.args': `res=0 oldpath=${first} newpath=${second}`,
        'fs.path.name': resolve(cwd, first),
      };
}
