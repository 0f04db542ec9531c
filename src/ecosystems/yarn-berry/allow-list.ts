import { type AllowListForm, asJson, decidable } from '../allow-list.js';

/**
 * `dependenciesMeta` of the root manifest. An entry for a version takes precedence over one for its name, so a refusal writes both, to
 * override an older entry that allowed the version. Before 4.14 yarn runs scripts of packages without an entry.
 */
export const DEPENDENCIES_META: AllowListForm = {
  name: 'yarn',
  setting: 'dependenciesMeta',
  readBy: 'yarn 2 and later',
  write(decision) {
    const { allowed, refused, notes } = decidable(decision, false);
    const entries = [
      ...allowed.map(({ name, version }) => [`${name}@${version}`, { built: true }]),
      ...refused.flatMap(({ name, version }) => [
        [name, { built: false }],
        [`${name}@${version}`, { built: false }],
      ]),
    ];
    return {
      file: 'package.json',
      text: asJson({ dependenciesMeta: Object.fromEntries(entries) }),
      beside: {
        file: '.yarnrc.yml',
        text: 'enableScripts: false\n',
        why: 'yarn below 4.14 runs every script that is not named',
      },
      notes,
    };
  },
};
