// What the tools call of a plugin: of what a function returned, by the names that their documentation gives.
'use strict';

const NAMES = {
  babel: 'visitor pre post inherits manipulateOptions parserOverride generatorOverride',
  postcss:
    'prepare Once OnceExit Root RootExit Document DocumentExit Declaration DeclarationExit Rule RuleExit AtRule AtRuleExit Comment CommentExit',
  rollup:
    'options outputOptions buildStart buildEnd resolveId resolveDynamicImport resolveFileUrl resolveImportMeta load transform moduleParsed shouldTransformCachedModule renderStart renderChunk renderDynamicImport renderError augmentChunkHash banner footer intro outro generateBundle writeBundle closeBundle watchChange closeWatcher',
  vite: 'config configEnvironment configResolved configureServer configurePreviewServer transformIndexHtml handleHotUpdate hotUpdate buildApp applyToEnvironment',
  unplugin: 'vite rollup webpack esbuild loadInclude transformInclude',
  webpack: 'apply pitch',
  eslint: 'create rules processors preprocess postprocess',
  jest: 'process processAsync getCacheKey getCacheKeyAsync createTransformer setup teardown handleTestEvent onRunStart onRunComplete onTestStart onTestResult onTestFileStart onTestFileResult onTestCaseResult getLastError runTests resolveSnapshotPath',
  prettier: 'parse print embed astFormat',
  others: 'handler install register init default plugin plugins',
};

const HOOKS = new Set(Object.values(NAMES).flatMap((names) => names.split(' ')));

/** @param {string | symbol} name */
function isHook(name) {
  return typeof name === 'string' && HOOKS.has(name);
}

module.exports = { isHook };
