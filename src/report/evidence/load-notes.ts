import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { type Alert, alertTimeAt } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';
import type { PhaseStart } from '../findings/findings.js';
import type { LoadedPackage, Phase } from '../phase.js';

/** The rule names under which is reported what our own loaders tell of a package. */
export const LOAD_NOTES = {
  stopped: 'Load stopped at its deadline',
  hooked: 'Wallet or clipboard hooked',
  replaced: 'Built-in replaced by a package',
} as const;

/** What stands between a page and a user's money; no library has a reason to change it when it is merely loaded. */
const WALLET = /^(?:ethereum|navigator\.clipboard)(?:\.|$)/;

/** A finding in the making, and whose it is. */
export interface LoadNote {
  readonly folded: FoldedAlert;
  readonly by: InstalledPackage | undefined;
}

/** What the loaders tell beyond how a load went, one for each package, as of the beginning of its phase. */
export function loadNotes(
  phases: readonly Phase[],
  packages: readonly InstalledPackage[],
  hostname: string,
  starts: readonly PhaseStart[],
): readonly LoadNote[] {
  const note = (
    rule: string,
    what: string,
    priority: Alert['priority'],
    loaded: LoadedPackage,
    at: number,
  ): LoadNote => {
    const time = BigInt(at) * 1_000_000n;
    const output = `${rule} (${what} package=${loaded.name}@${loaded.version})`;
    const tags = ['packwarden', 'tampering', 'mitre_credential_access', 'T1056'];
    const alert = {
      time: alertTimeAt(time),
      priority,
      source: 'correlation',
      rule,
      output,
      fields: {},
      hostname,
      tags,
    };
    const by = packages.find(({ name, version }) => name === loaded.name && version === loaded.version);
    return { folded: { alert, count: 1, first: time, last: time }, by };
  };
  return phases.flatMap(({ name: phase, loaded = [] }) =>
    loaded.flatMap((one) => {
      const at = starts.find(({ name }) => name === phase)?.at ?? 0;
      const notes: LoadNote[] = [];
      if (/^stopped after /.test(one.error ?? ''))
        notes.push(note(LOAD_NOTES.stopped, `${one.error}`, 'NOTICE', one, at));
      const hooked = (one.replaced ?? []).filter((name) => WALLET.test(name));
      const others = (one.replaced ?? []).filter((name) => !WALLET.test(name));
      if (hooked.length > 0) notes.push(note(LOAD_NOTES.hooked, `names=${hooked.join(',')}`, 'WARNING', one, at));
      if (others.length > 0) notes.push(note(LOAD_NOTES.replaced, `names=${others.join(',')}`, 'NOTICE', one, at));
      return notes;
    }),
  );
}
