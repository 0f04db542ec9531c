import { describe, expect, it } from 'vitest';
import type { InstalledPackage, OriginKind } from '../../../src/ecosystems/installed-package.js';
import { PROJECT } from '../../../src/ecosystems/places.js';
import { scriptOrder } from '../../../src/jobs/phases/script-order.js';
import { installedPackage } from '../../ecosystems/installed-package.js';

const from = (kind: OriginKind) => ({ from: { kind, resolved: null, integrity: null } });
const SCRIPTS = { scripts: ['postinstall'] };
const root = (...dependencies: string[]) => installedPackage('.', { ...SCRIPTS, dependencies });
/** In node_modules, with a script. */
const dep = (path: string, dependencies: string[] = [], more: Partial<InstalledPackage> = {}) =>
  installedPackage(`node_modules/${path}`, { ...SCRIPTS, dependencies, ...more });
const workspace = (path: string, dependencies: string[] = []) => installedPackage(path, { ...SCRIPTS, dependencies });
const STORE = `${PROJECT}/node_modules/.pnpm`;

describe('scripts run', () => {
  it.each<[string, InstalledPackage[], string[]]>([
    ['of nobody where nobody has any', [installedPackage('.'), installedPackage('node_modules/a')], []],
    ['of the project alone', [root()], ['app']],
    [
      'of what a package depends on before the package',
      [root('a'), dep('a', ['b']), dep('b', ['c']), dep('c')],
      ['c', 'b', 'a', 'app'],
    ],
    [
      'of each once, whoever wants it',
      [root('a', 'b'), dep('a', ['c']), dep('b', ['c']), dep('c')],
      ['c', 'a', 'b', 'app'],
    ],
    [
      'in the order of dependencies that have no scripts themselves',
      [root('a'), dep('a', ['b']), installedPackage('node_modules/b', { dependencies: ['c'] }), dep('c')],
      ['c', 'a', 'app'],
    ],
    [
      'of the nearest one of a name',
      [root('a', 'b'), dep('a', ['b']), dep('b', ['a']), dep('a/node_modules/b', [], { name: 'inner-b' })],
      ['inner-b', 'a', 'b', 'app'],
    ],
    [
      'where the links of a store lead',
      [
        root('a'),
        dep('a', ['b'], { realPath: `${STORE}/a@1/node_modules/a`, resolved: { b: `${STORE}/b@1/node_modules/b` } }),
        dep('.pnpm/b@1/node_modules/b', [], { name: 'b' }),
      ],
      ['b', 'a', 'app'],
    ],
    ['of one that nobody wants', [root(), dep('stray')], ['stray', 'app']],
    ['of one whose dependency is not there', [root('a'), dep('a', ['gone'])], ['a', 'app']],
    [
      'of workspaces and linked folders after all packages, the project last',
      [
        root('linked', 'w1', 'a'),
        workspace('ws/w1', ['w2', 'z']),
        dep('linked', [], { realPath: `${PROJECT}/lib/linked`, ...from('link') }),
        dep('w2', [], { realPath: `${PROJECT}/ws/w2`, ...from('workspace') }),
        dep('a'),
        dep('z'),
      ],
      ['a', 'z', 'w2', 'ws/w1', 'linked', 'app'],
    ],
    [
      'of a package that wants a workspace, before it all the same',
      [root('a'), dep('a', ['w']), dep('w', [], { realPath: `${PROJECT}/ws/w`, ...from('workspace') })],
      ['a', 'w', 'app'],
    ],
    [
      'of a circle: the one that is listed first comes last',
      [root('a'), dep('a', ['b']), dep('b', ['c']), dep('c', ['a'])],
      ['c', 'b', 'a', 'app'],
    ],
    ['of one that depends on itself', [root('a'), dep('a', ['a'])], ['a', 'app']],
    ['of one that depends on the project by its name', [root('a'), dep('a', ['app'])], ['a', 'app']],
    [
      'once in a folder that two links lead to',
      [
        root('a', 'b'),
        dep('a', [], { realPath: `${PROJECT}/lib`, name: 'lib', ...from('link') }),
        dep('b', [], { realPath: `${PROJECT}/lib`, name: 'lib', ...from('link') }),
      ],
      ['lib', 'app'],
    ],
  ])('%s', (_case, packages, expected) => {
    expect(scriptOrder(packages, PROJECT).map(({ name }) => name)).toEqual(expected);
  });

  it.each<[string, (index: number) => string[]]>([
    ['a chain', (index) => [`p${index + 1}`]],
    ['a circle', (index) => [`p${(index + 1) % 20_000}`]],
  ])('of 20,000 packages in %s', (_case, dependencies) => {
    const packages = Array.from({ length: 20_000 }, (_, index) => dep(`p${index}`, dependencies(index)));
    const order = scriptOrder([root('p0'), ...packages], PROJECT).map(({ name }) => name);
    expect(order).toEqual([...packages.map(({ name }) => name).reverse(), 'app']);
  });
});
