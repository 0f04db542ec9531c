import { isManagerAlone, isNodeGyp } from '../../../ecosystems/image/image-programs.js';
import { MANAGER_STORES, PREBUILT_STORES } from '../../../ecosystems/image/stores.js';
import type { ImageProgram } from '../../../ecosystems/manager.js';
import { HOME } from '../../../ecosystems/places.js';
import { type Alert, alertTimeNs } from '../../../falco/alert.js';
import type { FoldedAlert } from '../../../falco/fold.js';
import type { PackageWrite } from '../../attribution/files/authored-write.js';
import type { HookReads } from '../../attribution/files/hook-reads.js';
import type { ProcessStart } from '../../attribution/processes/process-tree.js';
import { isWithin } from '../../evidence/touched-files.js';
import { moduleStoreOf } from '../paths/module-stores.js';

/** The rule name under which a write to a folder is reported from which a tool runs something later. */
export const TOOL_STORE_RULE = "Tool's store written by a package";

/**
 * Below HOME: folders of node-gyp, and of tools that download browsers and runtimes, whose content is later run, built with or
 * installed.
 */
const OF_NODE_GYP = ['.cache/node-gyp'];
const OF_PACKAGES = [
  ...PREBUILT_STORES,
  '.cache/prebuild',
  '.cache/electron',
  '.cache/electron-builder',
  '.cache/electron-gyp',
  '.cache/puppeteer',
  '.cache/ms-playwright',
  '.cache/Cypress',
  '.cache/selenium',
  '.cache/deno',
  '.cache/pip',
  '.cache/uv',
  '.cache/pypoetry',
  '.cache/pre-commit',
  '.cache/bazel',
  '.cache/bazelisk',
  '.cache/prisma',
  '.cache/nx',
  '.cache/turbo',
  '.cache/typescript',
  '.cache/esbuild',
  '.cache/swc',
  '.cache/huggingface',
  '.cache/ms-playwright-go',
  '.cache/gitstatus',
  '.cache/vscode-ripgrep',
  '.cache/expo',
  '.cache/act',
  '.cache/trunk',
  '.cache/zig',
  '.cache/JetBrains',
  '.cache/jiti',
  '.cache/tsx',
  '.cache/composer',
  '.cache/go-build',
];

/** A folder, absolute or below HOME, and the programs of the image that own it. */
interface Store {
  readonly folder: string;
  readonly isOf: (program: ProcessStart, hasReadHookOf: (manager: ImageProgram) => boolean) => boolean;
}

const STORES: readonly Store[] = [
  ...MANAGER_STORES.map((folder) => ({ folder, isOf: isManagerAlone })),
  ...OF_NODE_GYP.map((folder) => ({ folder, isOf: isNodeGyp })),
  ...OF_PACKAGES.map((folder) => ({ folder, isOf: () => false })),
];

/** What one package wrote to one store. */
interface Group {
  readonly write: PackageWrite;
  readonly store: Store;
  count: number;
  last: bigint;
}

/**
 * What packages wrote to folders from which a tool later runs something, as alerts of source `correlation`, one for each package
 * and store. If a package's script calls a tool of the image, and that tool writes to its own store, this is not reported, unless
 * the tool has loaded foreign code or has read hooks of the folder that it was called in.
 */
export function toolStoreAlerts(writes: readonly PackageWrite[], hookReads: HookReads): readonly FoldedAlert[] {
  const groups = new Map<string, Group>();
  for (const write of writes) {
    const store = storeOf(write);
    const [program] = write.programs;
    const isOf = (by: ProcessStart): boolean =>
      store?.isOf(by, (manager) => hookReads.hasRead(by, alertTimeNs(write.alert), manager)) ?? false;
    if (store === undefined || (program?.loads === null && isOf(program))) continue;
    const key = `${write.by.path}\0${write.runner.path}\0${store.folder}`;
    const at = alertTimeNs(write.alert);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { write, store, count: 1, last: at });
    else {
      group.count += 1;
      if (at > group.last) group.last = at;
    }
  }
  return [...groups.values()].map(({ write, store, count, last }) => ({
    alert: toAlert(write, store),
    count,
    first: alertTimeNs(write.alert),
    last,
  }));
}

/** A manager that a package calls also keeps records next to the installed packages; its own writes there are not reported. */
function storeOf(write: PackageWrite): Store | undefined {
  const known = STORES.find(({ folder }) => isWithin(`${HOME}/${folder}`, write.path));
  if (known !== undefined) return known;
  const folder = moduleStoreOf(write);
  return folder === undefined ? undefined : { folder, isOf: isManagerAlone };
}

function toAlert({ alert, path }: PackageWrite, { folder }: Store): Alert {
  return {
    ...alert,
    priority: 'WARNING',
    source: 'correlation',
    rule: TOOL_STORE_RULE,
    output: `${TOOL_STORE_RULE} (file=${path} store=${folder.startsWith('/') ? '' : '~/'}${folder} command=${alert.fields['proc.cmdline'] ?? ''})`,
    fields: { ...alert.fields, 'fd.name': path },
    tags: ['packwarden', 'persistence', 'mitre_persistence', 'T1574'],
  };
}
