import { type AllowListForm, asJson, decidable } from '../allow-list.js';

/**
 * `trustedDependencies` of package.json, as read by Bun 1.4: names only, each for every version and address. The list replaces Bun's
 * default list, and any name that is not in it is refused.
 */
export const TRUSTED_DEPENDENCIES: AllowListForm = {
  name: 'bun',
  setting: 'trustedDependencies',
  readBy: 'bun',
  write(decision) {
    const { allowed, refused, notes } = decidable(decision, false);
    const others = new Set([...refused, ...decision.undecided].map(({ name }) => name));
    const names = [...new Set(allowed.map(({ name }) => name))];
    return {
      file: 'package.json',
      text: asJson({ trustedDependencies: names.filter((name) => !others.has(name)).toSorted() }),
      notes: [
        ...notes,
        ...names
          .filter((name) => others.has(name))
          .map((name) => `${name} is not allowed in every version: the list contains names only, so none is trusted`),
        'the list contains names only: it also trusts versions that were never analysed',
        "it replaces Bun's own list: scripts of packages that it does not name no longer run",
      ],
    };
  },
};
