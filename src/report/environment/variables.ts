import { HOOK_VARIABLE, MANAGER_SCRIPT, OWN_RUBY_OPTION } from '../../ecosystems/manager-layout.js';
import { addedByNodePath } from '../attribution/node-path.js';
import { pathSaid, type SaidProgram } from '../attribution/program-file.js';
import { commandIn, filesInOptions, pluginsIn, valuesOf, words } from './values.js';

/** What a variable's value names. */
type Names = (value: string, program: SaidProgram) => readonly string[];

/** A variable that has programs of a kind run code besides their own. */
export interface Variable {
  readonly name: string | RegExp;
  /** The programs that read it, by their file. */
  readonly readBy: RegExp;
  /** Only where the program is told so in its command line. */
  readonly option?: RegExp;
  /** Files, each of which is run, as words. */
  readonly files?: Names;
  /** Folders in which modules or libraries are looked for, or code without a file: what is run is not seen. */
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
/** What compiles, or finds out with what to compile: `configure`, gyp. */
const BUILD = /\/(?:g?make|ninja|cmake|(?:ba|da)?sh|python[\d.]*|ruby[\d.]*)$/;
const MAKE = /\/g?make$/;

const file: Names = (value, program) => [pathSaid(program, value)];
/** An empty name between two colons is the folder that the program works in. */
const folders: Names = (value) => value.split(':').map((path) => (path === '' ? '.' : path));
/** Code in the value itself, or a name that something is looked up by. */
const anything: Names = () => ['.'];
const expands: Names = (value) => (/[$`]/.test(value) ? ['.'] : []);

/** As ld.so(8), bash(1), dash(1), git(1), make(1), openssl(5), python3(1), perlrun(1), ruby(1), npm config and `node --help` have them. */
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
  // Else it is a usual name for something else: `ENV=production`.
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
    // What make hands on to the make that it starts names no files, unless it was told so.
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
