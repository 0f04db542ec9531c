// Loads one dependency, the way a program that uses it would: `node /opt/packwarden/load.cjs NAME PROJECT`. Both ways
// in are taken, since a package may hold different code for require and for import. Exit code 1 when neither worked.
'use strict';
const { builtinModules, createRequire } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');

// How long a loaded package may go on doing things: a server or a timer would else keep the process for ever.
const LINGER_MS = 3000;

/** `import(name)` as a module of the project would do it: resolution starts at the project, not at this file. */
function importFrom(project, name) {
  // Node warns once that this constant is experimental; nobody who reads a report's log is helped by it.
  const { emitWarning } = process;
  process.emitWarning = () => {};
  const dynamicImport = vm.runInThisContext('(name) => import(name)', {
    filename: join(project, 'packwarden-import.js'),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  process.emitWarning = emitWarning;
  return dynamicImport(name);
}

async function load(name, project) {
  const fromProject = createRequire(join(project, 'package.json'));
  // A package may be called like a module of Node's own (`events`, `process`), which would be found first.
  const isShadowed = builtinModules.includes(name);
  const errors = [];
  try {
    fromProject(isShadowed ? `${name}/` : name);
  } catch (error) {
    errors.push(error);
  }
  try {
    await importFrom(project, isShadowed ? pathToFileURL(fromProject.resolve(`${name}/`)).href : name);
  } catch (error) {
    errors.push(error);
  }
  return errors;
}

load(process.argv[2], process.argv[3]).then((errors) => {
  if (errors.length === 2) {
    console.error(String(errors[0]?.message ?? errors[0]).split('\n')[0]);
    process.exitCode = 1;
  }
  setTimeout(() => process.exit(), LINGER_MS).unref();
});
