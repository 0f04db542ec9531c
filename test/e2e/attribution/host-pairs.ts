/**
 * Pairs of packages: `h-NAME` is honest, the project asks for it, and it loads or calls `t-NAME`, which reads an SSH key, but only then. What
 * is found must be `t-NAME`'s, or if that is unknown (`either`) both must be named.
 */
export interface Pair {
  readonly host: string;
  readonly thief: string;
  readonly either?: true;
  readonly type?: 'module';
}

const FILE = "process.env.HOME + '/.ssh/id_rsa'";
const READ = `require('node:fs').readFileSync(${FILE})`;
/** Only where `h-…` has asked for the module. */
const LOADED = "if (/\\/h-/.test(module.parent?.filename ?? ''))";
/** The same, by who calls. */
const CALLED = 'if (/\\/h-/.test(new Error().stack))';
/** Reading, as a text. */
const STEAL = JSON.stringify(
  "try { process.getBuiltinModule('fs').readFileSync(process.env.HOME + '/.ssh/id_rsa'); } catch {}",
);
/** Finds every text that may be the secret in the process's own memory, and marks the host with each. */
const FORGE = `
  const fs = require('node:fs');
  const texts = JSON.parse(fs.readFileSync(require('node:v8').writeHeapSnapshot('/tmp/' + process.pid), 'utf8')).strings;
  const folder = Buffer.from(require('node:path').dirname(module.parent.filename)).toString('hex');
  for (const text of texts) {
    if (/^[0-9a-f]{32}$/.test(text)) try { fs.readFileSync('/opt/ci/at/' + text + '/' + folder); } catch {}
  }
  ${READ};
  for (const text of texts) {
    if (/^[0-9a-f]{32}$/.test(text)) try { fs.readFileSync('/opt/ci/at/' + text + '/' + folder); } catch {}
  }`;

/** Each by what the thief does to be taken for its host, or not to be seen. */
export const PAIRS: Readonly<Record<string, (name: string) => Pair>> = {
  'looks at its parent': (t) => ({ host: `require('${t}');`, thief: `${LOADED} ${READ};` }),
  'looks at the stack': (t) => ({
    host: `require('${t}');`,
    thief: `${CALLED} ${READ};`,
  }),
  'acts when it is called': (t) => ({
    host: `require('${t}')();`,
    thief: `module.exports = () => { ${LOADED} ${READ}; };`,
  }),
  'acts when a function of its host is called': (t) => ({
    host: `const t = require('${t}'); module.exports = () => t();`,
    thief: `module.exports = () => { ${LOADED} ${READ}; };`,
  }),
  'acts in a getter': (t) => ({
    host: `require('${t}').settings;`,
    thief: `Object.defineProperty(module.exports, 'settings', { get() { ${LOADED} ${READ}; } });`,
  }),
  'acts later': (t) => ({
    host: `require('${t}');`,
    thief: `${LOADED} setTimeout(() => ${READ}, 90_000).unref();`,
  }),
  'waits until it is told to end': (t) => ({
    host: `require('${t}');`,
    thief: `${LOADED} process.on('SIGTERM', () => ${READ});`,
  }),
  'waits until its objects are collected': (t) => ({
    host: `require('${t}');`,
    thief: `${LOADED} { module.exports.kept = new FinalizationRegistry(() => ${READ}); module.exports.kept.register({}, 1); }`,
  }),
  'has a promise': (t) => ({
    host: `require('${t}'); for (let i = 0; i < 50; i += 1) try { require('node:fs').readFileSync('/etc/hostname'); } catch {}`,
    thief: `${LOADED} require('node:fs').promises.readFile(${FILE}).catch(() => {});`,
  }),
  'has a stream': (t) => ({
    host: `require('${t}'); require('node:fs').readFileSync('/etc/hostname');`,
    thief: `${LOADED} require('node:fs').createReadStream(${FILE}).on('error', () => {});`,
  }),
  'starts a program': (t) => ({
    host: `require('${t}'); require('node:fs').readFileSync('/etc/hostname');`,
    thief: `${LOADED} require('node:child_process').spawn('cat', [${FILE}], { stdio: 'ignore' });`,
  }),
  'runs a shell': (t) => ({
    host: `require('${t}');`,
    thief: `${LOADED} require('node:child_process').execSync('cat ~/.ssh/id_rsa');`,
  }),
  'patches how stacks are made': (t) => ({
    host: `require('${t}');`,
    thief: `${LOADED} { Error.prepareStackTrace = () => ''; Error.stackTraceLimit = 0; Object.freeze(Error); ${READ}; }`,
  }),
  'patches what everybody uses': (t) => ({
    host: `require('${t}');`,
    thief: `${LOADED} {
      Array.prototype.push = () => 0; Array.prototype[Symbol.iterator] = () => { throw new Error('no'); }; String.prototype.startsWith = () => true; Map.prototype.get = () => 1;
      Function.prototype.call = Function.prototype.apply = Reflect.apply = () => {};
      process.getBuiltinModule('fs').readFileSync(${FILE});
    }`,
  }),
  'replaces the function': (t) => ({
    host: `require('${t}');`,
    thief: `${LOADED} { const fs = require('node:fs'); const read = fs.readFileSync; fs.readFileSync = (...given) => read(...given); fs.readFileSync(${FILE}); }`,
  }),
  "asks for Node's own functions": (t) => ({
    host: `require('${t}');`,
    thief: `${LOADED} process.binding('fs').open(${FILE}, 0, 0o666);`,
  }),
  "names its code after its host's": (t) => ({
    host: `require('${t}');`,
    thief: `${LOADED} require('node:vm').runInThisContext(${STEAL}, { filename: module.parent.filename });`,
    either: true,
  }),
  "names its code after Node's": (t) => ({
    host: `require('${t}');`,
    thief: `${LOADED} require('node:vm').runInThisContext(${STEAL}, { filename: 'node:internal/modules/cjs/loader' });`,
    either: true,
  }),
  'has code without a name': (t) => ({
    host: `require('${t}'); require('node:fs').readFileSync('/etc/hostname');`,
    thief: `${LOADED} setTimeout((0, eval)('() => {' + ${STEAL} + '}'), 60_000).unref();`,
    either: true,
  }),
  'is called back': (t) => ({
    host: `require('${t}')((f, ...given) => f(...given));`,
    thief: `module.exports = (call) => { ${LOADED} call(require('node:fs').readFileSync, ${FILE}); };`,
    either: true,
  }),
  'has another thread': (t) => ({
    host: `require('${t}'); require('node:fs').readFileSync('/etc/hostname');`,
    thief: `${LOADED} new (require('node:worker_threads').Worker)(${STEAL}, { eval: true });`,
    either: true,
  }),
  'finds the secret out': (t) => ({ host: `require('${t}');`, thief: `${LOADED} {${FORGE}}`, either: true }),
  'is imported': (t) => ({
    host: `import steal from '${t}'; steal();`,
    thief: `import { readFileSync } from 'node:fs'; export default () => { ${CALLED} readFileSync(${FILE}); };`,
    type: 'module',
  }),
  'is imported and has code without a name': (t) => ({
    host: `import steal from '${t}'; steal();`,
    thief: `export default () => { ${CALLED} setTimeout((0, eval)('() => {' + ${STEAL} + '}'), 60_000); };`,
    type: 'module',
    either: true,
  }),
};

/** The files of a project with all pairs, and the names of each pair's packages. */
export function projectOfPairs(): { files: Record<string, string | object>; names: readonly [string, string, Pair][] } {
  const files: Record<string, string | object> = { '.npmrc': 'install-links=true\n' };
  const names = Object.entries(PAIRS).map(([title, make]): [string, string, Pair] => {
    const name = title.replaceAll(/[^a-z]+/g, '-');
    const pair = make(`t-${name}`);
    const manifest = (role: string) => ({
      name: `${role}-${name}`,
      version: '1.0.0',
      main: 'index.js',
      type: pair.type,
    });
    const scripts = { postinstall: 'node -e 0' };
    files[`h-${name}/package.json`] = {
      ...manifest('h'),
      scripts,
      dependencies: { [`t-${name}`]: `file:../t-${name}` },
    };
    files[`h-${name}/index.js`] = pair.host;
    files[`t-${name}/package.json`] = { ...manifest('t'), scripts };
    files[`t-${name}/index.js`] = pair.thief;
    return [title, name, pair];
  });
  const dependencies = Object.fromEntries(names.map(([, name]) => [`h-${name}`, `file:h-${name}`]));
  files['package.json'] = { name: 'app', version: '1.0.0', dependencies };
  return { files, names };
}
