import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { type Alert, alertTimeAt } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';
import type { LoadedPackage, NotRepeated, Phase } from '../phase.js';
import type { PhaseStart } from '../phase-start.js';

/** The rule names for what our own loaders report about a package, and for what they left out. */
export const LOAD_NOTES = {
  stopped: 'Load stopped at its deadline',
  hooked: 'Wallet or clipboard hooked',
  replaced: 'Built-in replaced by a package',
  unreached: 'Package exercised in part',
  notRepeated: 'Scripts not run once more',
} as const;

/**
 * Objects between a web page and its user's money: no library has a reason to change them when it is merely loaded. Replacing the whole of
 * `localStorage` is honest (a stand-in), but replacing functions of an existing one is not.
 */
const WALLET = /^(?:(?:ethereum|solana|phantom|tronWeb|navigator\.clipboard)(?:\.|$)|localStorage\.)/;

const TAMPERING = ['packwarden', 'tampering', 'mitre_credential_access', 'T1056'];

/** An alert about a package, and the package that it is attributed to. */
export interface LoadNote {
  readonly folded: FoldedAlert;
  readonly by: InstalledPackage | undefined;
}

/** What is reported about one package. */
export interface Said extends Pick<Alert, 'priority' | 'tags'> {
  readonly rule: string;
  readonly what: string;
}

/** An alert of source `correlation` about a package, without a process, because none is known. `at`: milliseconds since the epoch. */
export function noteOf(
  { rule, what, priority, tags }: Said,
  spec: string,
  by: LoadNote['by'],
  { at, hostname }: { readonly at: number; readonly hostname: string },
): LoadNote {
  const output = `${rule} (${what} package=${spec})`;
  return noteAt(at, by, { rule, priority, output, fields: {}, hostname, tags });
}

/** The same for an alert with an output of its own. */
export function noteAt(at: number, by: LoadNote['by'], said: Omit<Alert, 'time' | 'source'>): LoadNote {
  const time = BigInt(Math.round(at)) * 1_000_000n;
  const alert = { ...said, time: alertTimeAt(time), source: 'correlation' };
  return { folded: { alert, count: 1, first: time, last: time }, by };
}

/**
 * Alerts for what the loaders report in addition to the result of each load, and for scripts that were not repeated. They have the time at
 * which their phase began.
 */
export function loadNotes(
  phases: readonly Phase[],
  packages: readonly InstalledPackage[],
  hostname: string,
  starts: readonly PhaseStart[],
): readonly LoadNote[] {
  const note = (said: Said, spec: string, by: LoadNote['by'], at: number) => noteOf(said, spec, by, { at, hostname });
  return phases.flatMap(({ name: phase, loaded = [], notRepeated = [] }) => {
    const at = starts.find(({ name }) => name === phase)?.at ?? 0;
    const ofLoads = loaded.flatMap((one) => {
      const by = packages.find(({ name, version }) => name === one.name && version === one.version);
      return saidOf(one).map((said) => note(said, `${one.name}@${one.version}`, by, at));
    });
    const ofScripts = notRepeated.map((one) => {
      const by = packages.find(({ path }) => path === one.path);
      return note(saidOfScripts(one), one.package, by, at);
    });
    return [...ofLoads, ...ofScripts];
  });
}

function saidOf({ error = '', replaced = [], unreached = [] }: LoadedPackage): readonly Said[] {
  const said: Said[] = [];
  const { stopped, hooked, replaced: other } = LOAD_NOTES;
  if (/^stopped after /.test(error)) said.push({ rule: stopped, what: error, priority: 'NOTICE', tags: TAMPERING });
  const wallets = replaced.filter((name) => WALLET.test(name)).join(',');
  const others = replaced.filter((name) => !WALLET.test(name)).join(',');
  if (wallets !== '') said.push({ rule: hooked, what: `names=${wallets}`, priority: 'WARNING', tags: TAMPERING });
  if (others !== '') said.push({ rule: other, what: `names=${others}`, priority: 'NOTICE', tags: TAMPERING });
  if (unreached.length > 0) {
    const what = `not reached: ${unreached.join(', ')}`;
    said.push({ rule: LOAD_NOTES.unreached, what, priority: 'NOTICE', tags: ['packwarden'] });
  }
  return said;
}

function saidOfScripts({ why }: NotRepeated): Said {
  return { rule: LOAD_NOTES.notRepeated, what: why, priority: 'NOTICE', tags: ['packwarden'] };
}
