import { execFileSync } from 'node:child_process';
import { instanceOf } from '../../src/app/worker/sandbox-options.js';
import { INSTANCE_LABEL } from '../../src/sandbox/container/identity.js';

/**
 * Ids of the containers, networks and volumes that services with this data folder have made at the engine and not removed. Those
 * of another service, which may be at work on the same engine, are none of a test's business.
 */
export function sandboxesOf(dataPath: string): readonly string[] {
  const of = ['-q', '--filter', `label=${INSTANCE_LABEL}=${instanceOf(dataPath)}`];
  const lists = [
    ['ps', '-a'],
    ['network', 'ls'],
    ['volume', 'ls'],
  ].map((list) => execFileSync('docker', [...list, ...of], { encoding: 'utf8' }));
  return lists
    .join('')
    .split('\n')
    .filter((id) => id !== '');
}
