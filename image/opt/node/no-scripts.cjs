// A plugin for yarn 2 and later (`YARN_PLUGINS`): no script is run. What yarn packs of a git repository it would build before, whatever
// `enableScripts` says, and the yarn that it starts for that has this plugin, too.
'use strict';

module.exports = {
  name: 'no-scripts',
  factory: () => ({ hooks: { wrapScriptExecution: async () => async () => 0 } }),
};
