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
    const refusedNames = new Set(refused.map(({ name }) => name));
    const names = [...new Set(allowed.map(({ name }) => name))];
    const doubtful = names.filter((name) => refusedNames.has(name));
    return {
      file: 'package.json',
      text: asJson({ trustedDependencies: names.filter((name) => !refusedNames.has(name)).toSorted() }),
      notes: [
        ...notes,
        ...doubtful.map(
          (name) => `${name} is refused in one version: the list has names alone, so no version of it is trusted`,
        ),
        'the list has names alone: it also trusts versions that nobody has watched',
        "it takes the place of Bun's own list: of packages that it does not name no script runs any more",
      ],
    };
  },
};
