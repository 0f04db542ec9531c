import { HOOK_VARIABLE, MANAGER_SCRIPT, OWN_RUBY_OPTION } from '../../ecosystems/manager-layout.js';
import { addedByNodePath } from '../attribution/processes/node-path.js';
import { pathSaid, type SaidProgram } from '../attribution/processes/program-file.js';
import { commandIn, filesInOptions, pluginsIn, valuesOf, words } from './values.js';

/** Finds what the value of a variable names. */
type Names = (value: string, program: SaidProgram) => readonly string[];

/** A variable that makes certain programs run code in addition to their own. */
export interface Variable {
  readonly name: string | RegExp;
  /** The programs that read it, by the path of their file. */
  readonly readBy: RegExp;
  /** Only if the command line of the program contains this. */
  readonly option?: RegExp;
  /** Files that are all run, as given. */
  readonly files?: Names;
  /** Folders that are searched for modules or libraries, or code without a file: which code is run is not known. */
  readonly folders?: Names;
}

const ALL = /^/;
const PYTHON = /\/python[\d.]*$/;
const PERL = /\/perl[\d.]*$/;
const RUBY = /\/ruby[\d.]*$/;
const NODE = /\/node$/;
const GIT = /\/git(?:-[\w-]+)?$/;
/** Programs of the image, and runtimes, that use OpenSSL. */
const OPENSSL = /\/(?:node|openssl|curl|wget|git[\w-]*|python[\d.]*|ruby[\d.]*|perl[\d.]*)$/;
const SHELL = /\/(?:(?:ba|da)?sh|busybox)$/;
/** Programs that compile, or determine which compiler to use: `configure`, gyp. */
const BUILD = /\/(?:g?make|ninja|cmake|(?:ba|da)?sh|python[\d.]*|ruby[\d.]*)$/;
const MAKE = /\/g?make$/;

const file: Names = (value, program) => [pathSaid(program, value)];
/** An empty entry between two colons means the working folder. */
const folders: Names = (value) => value.split(':').map((path) => (path === '' ? '.' : path));
/** For values that are code themselves, or a name by which code is looked up. */
const anything: Names = () => ['.'];
const expands: Names = (value) => (/[$`]/.test(value) ? ['.'] : []);

/**
 * As documented in ld.so(8), bash(1), dash(1), git(1), make(1), openssl(5), python3(1), perlrun(1), ruby(1), npm config and `node --help`.
 */
export const VARIABLES: readonly Variable[] = [
  { name: 'NODE_OPTIONS', readBy: ALL, files: filesInOptions },
  { name: 'BUN_OPTIONS', readBy: /\/bunx?$/, files: filesInOptions },
  { name: 'BUN_INSPECT_PRELOAD', readBy: /\/bunx?$/, files: file },
  { name: 'LD_PRELOAD', readBy: ALL, files: (value) => words(value, /[\s:]+/) },
  { name: 'LD_AUDIT', readBy: ALL, files: (value) => words(value, /:+/) },
  { name: 'LD_LIBRARY_PATH', readBy: ALL, folders: (value, program) => folders(value.replaceAll(';', ':'), program) },
  { name: 'GCONV_PATH', readBy: ALL, folders },
  { name: /^OPENSSL_(?:CONF|CONF_INCLUDE|MODULES|ENGINES)$/, readBy: OPENSSL, files: file },
  { name: 'NODE_PATH', readBy: NODE, folders: addedByNodePath },
  { name: 'NODE_COMPILE_CACHE', readBy: NODE, folders },
  { name: /^BASH_FUNC_/, readBy: /\/bash$/, folders: anything },
  { name: 'BASH_ENV', readBy: /\/bash$/, files: file },
  // Only interactive shells read it; otherwise it is a common name for something else: `ENV=production`.
  { name: 'ENV', readBy: /\/(?:\w*sh|busybox)$/, option: / -\w*i/, files: file },
  { name: 'PS4', readBy: SHELL, folders: expands },
  { name: 'PYTHONPATH', readBy: PYTHON, folders },
  { name: 'PYTHONHOME', readBy: PYTHON, folders },
  { name: 'PYTHONUSERBASE', readBy: PYTHON, folders },
  { name: 'PYTHONPYCACHEPREFIX', readBy: PYTHON, folders },
  { name: /^PYTHON(?:WARNINGS|BREAKPOINT)$/, readBy: PYTHON, folders: (value) => (value.includes('.') ? ['.'] : []) },
  { name: 'PYTHONSTARTUP', readBy: PYTHON, files: file },
  { name: 'PERL5LIB', readBy: PERL, folders },
  { name: 'PERL5OPT', readBy: PERL, folders: (value) => valuesOf(/^-?[IMmd]/, value) },
  { name: 'PERL5DB', readBy: PERL, folders: anything },
  { name: 'RUBYLIB', readBy: RUBY, folders },
  {
    name: 'RUBYOPT',
    readBy: RUBY,
    folders: (value) => valuesOf(/^-?[rI]/, value).filter((named) => !OWN_RUBY_OPTION.test(named)),
  },
  { name: 'RUBYGEMS_GEMDEPS', readBy: RUBY, files: file },
  { name: /^GIT_(?:SSH|EXTERNAL_DIFF|ASKPASS|EDITOR|SEQUENCE_EDITOR|PAGER|PROXY_COMMAND)$/, readBy: GIT, ...commandIn },
  { name: /^(?:SSH_ASKPASS|GIT_SSH_COMMAND|EDITOR|VISUAL|PAGER)$/, readBy: GIT, ...commandIn },
  {
    name: /^GIT_(?:EXEC_PATH|TEMPLATE_DIR|DIR|COMMON_DIR|CONFIG_GLOBAL|CONFIG_SYSTEM|CONFIG)$/,
    readBy: GIT,
    files: file,
  },
  { name: /^GIT_CONFIG_(?:COUNT|PARAMETERS)$/, readBy: GIT, folders: anything },
  { name: /^MAKEFILES$/, readBy: MAKE, files: (value) => words(value, /\s+/) },
  {
    name: /^(?:GNU)?MAKEFLAGS$/,
    readBy: MAKE,
    // The flags that make passes on to the make that it starts name no files, unless make itself was called with such options.
    folders: (value) => (/--eval|-\w*[fICW] ?\S|--(?:file|makefile|include)|SHELL=/.test(value) ? ['.'] : []),
  },
  { name: /^(?:CC|CXX|CPP|LD|AR|AS|LINK|RUSTC|RUSTC_WRAPPER)(?:[._](?:host|target))?$/, readBy: BUILD, ...commandIn },
  { name: /^(?:COMPILER_PATH|GCC_EXEC_PREFIX)$/, readBy: BUILD, folders },
  { name: /^(?:C|CPP|CXX|LD|GYP_)[A-Z_]*(?:FLAGS|DEFINES)$/, readBy: BUILD, folders: pluginsIn },
  {
    name: /^npm_config_(?:script|shell|git|editor|viewer|browser|python)[_-]?\w*$/i,
    readBy: NODE,
    option: MANAGER_SCRIPT,
    ...commandIn,
  },
  { name: /^npm_config_node[_-]options$/i, readBy: NODE, option: MANAGER_SCRIPT, files: filesInOptions },
  {
    name: /^npm_config_(?:globalconfig|userconfig|prefix|init[_-]module|nodedir)$/i,
    readBy: NODE,
    option: MANAGER_SCRIPT,
    files: (value) =>
      /^(?:\/home\/ci\/\.(?:npmrc|npm-init\.js)|\/usr\/local(?:\/etc\/npmrc)?)$/.test(value) ? [] : [value],
  },
  { name: HOOK_VARIABLE, readBy: NODE, option: MANAGER_SCRIPT, files: file },
  {
    name: /^(?:YARN_(?:RC_FILENAME|PLUGINS|YARN_PATH)|COREPACK_HOME)$/,
    readBy: NODE,
    option: MANAGER_SCRIPT,
    files: file,
  },
];
