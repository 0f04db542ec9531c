import { expect, it } from 'vitest';
import { listsProcesses } from '../../../../src/report/findings/lowering/process-list.js';

const lists = (cmdline: string, changes = {}): boolean =>
  listsProcesses({ exepath: '/usr/bin/ps', cmdline, loads: null, ...changes });

it.each([
  'ps',
  'ps -A -o ppid,pid',
  'ps -A -o ppid,pid,stat,comm',
  'ps -Ao pid,args',
  'ps -ef',
  'ps -eo pid,ppid,%cpu,lstart',
  'ps aux',
  'ps ax -ww -o pid,ppid,uid,gid,args',
  'ps axo pid,command',
  'ps -o pid= --ppid 17',
  'ps -p 17 -o state=',
  'ps --no-headers -o pid --sort -pid',
])('%s lists processes', (cmdline) => {
  expect(lists(cmdline)).toBe(true);
});

it.each([
  'ps e',
  'ps axe',
  'ps eww',
  'ps axeww',
  'ps auxe',
  'ps -A e',
  'ps -A -o pid,args e',
  'ps -p 17 e',
  'ps ewwo pid',
  'ps -o environ',
  'ps axo environ',
  'ps --format=environ',
  'ps -A $(x)',
  'ps -C o e',
  'ps -o pid --sort o e',
  'ps -p 1 -- e',
])('%s may show environments', (cmdline) => {
  expect(lists(cmdline)).toBe(false);
});

it('only the program of the image does, with nothing loaded into it', () => {
  expect(lists('ps aux', { exepath: '/home/ci/project/node_modules/evil/ps' })).toBe(false);
  expect(lists('ps aux', { loads: ['/tmp/x.so'] })).toBe(false);
});
