import { type AllowListForm, asJson, decidable } from '../allow-list.js';

/**
 * `trustedDependencies` of package.json, as Bun 1.4 reads it: names alone, each for every version and every address, in the place of
 * Bun's own list. Any name that is not in it is refused.
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
          .map((name) => `${name} is not allowed in every version: the list has names alone, so none is trusted`),
        'the list has names alone: it also trusts versions that nobody has watched',
        "it takes the place of Bun's own list: of packages that it does not name no script runs any more",
      ],
    };
  },
};
