import { describe, expect, it } from 'vitest';
import { MANAGERS } from '../../src/ecosystems/managers.js';
import { foundProject } from './found-project.js';

const OF_NODE = MANAGERS.filter(({ recognition }) => recognition.manifests[0] === 'package.json');

describe('scripts see which manager installs', () => {
  it.each(OF_NODE.map((manager) => [`${manager.name} ${manager.version}`, manager] as const))(
    '%s',
    (_title, manager) => {
      const agent = manager.scripts
        .environment(foundProject())
        .find((variable) => variable.startsWith('npm_config_user_agent='))
        ?.replace('npm_config_user_agent=', '');
      // As `only-allow` reads it: the first word up to the slash.
      expect(agent?.split(' ')[0]).toBe(`${manager.name}/${manager.version}`);
    },
  );
});
