import { execFileSync } from 'node:child_process';
import { Client, credentials } from '@grpc/grpc-js';
import type { DockerMood } from '../../support/docker-relay.js';
import type { AlertMood } from './alert-relay.js';
import type { Rig, SensorKind } from './rig.js';

/** Ends a fault; what recovers by itself needs nothing. */
type End = () => Promise<void> | void;

/** One thing that goes wrong on a host that runs the service. */
export interface Fault {
  readonly name: string;
  /** The rigs on which it can be made; all without it. */
  readonly on?: SensorKind;
  readonly begin: (rig: Rig) => Promise<End> | End;
}

const docker = (mood: DockerMood): Fault['begin'] => {
  return ({ docker: relay }) => {
    relay.mood = mood;
    return () => {
      relay.mood = 'well';
    };
  };
};

const alerts = (mood: AlertMood): Fault['begin'] => {
  return ({ alerts: relay }) => {
    if (relay === undefined) throw new Error('this rig has no relay for alerts');
    relay.mood = mood;
    return () => {
      relay.mood = 'well';
    };
  };
};

/** Stops a process and lets it go on when the fault ends. */
function frozen(pid: number | undefined): End {
  if (pid === undefined) return () => undefined;
  process.kill(pid, 'SIGSTOP');
  return () => signal(pid, 'SIGCONT');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function kill(pids: Promise<readonly number[]>): Promise<End> {
  for (const pid of await pids) signal(pid, 'SIGKILL');
  return () => undefined;
}

const SENSOR = 'sensor/main.js';
const REDIS = 'redis-server';

/** A second client of the worker's own sensor that would take alerts away. */
async function secondReader({ worker }: Rig): Promise<End> {
  const [pid] = await worker.childPids(SENSOR);
  const args = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  const socket = /--socket (\S+)/.exec(args)?.[1];
  const client = new Client(`unix:${socket}`, credentials.createInsecure());
  const empty = () => Buffer.alloc(0);
  const stream = client.makeBidiStreamRequest('/falco.outputs.service/sub', empty, (bytes) => bytes);
  stream.on('error', () => undefined);
  stream.on('data', () => undefined);
  stream.write({});
  return () => {
    stream.cancel();
    client.close();
  };
}

/** Everything that goes wrong. Clock steps are not here: they would hit everything else on the machine. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'the worker is killed',
    begin: async (rig) => {
      await rig.worker.stop('SIGKILL');
      return () => rig.startWorker();
    },
  },
  {
    name: 'the worker is told to stop',
    begin: async (rig) => {
      await rig.worker.stop('SIGTERM');
      return () => rig.startWorker();
    },
  },
  {
    name: 'the API is killed',
    begin: async (rig) => {
      await rig.api.stop('SIGKILL');
      return () => rig.startApi();
    },
  },
  { name: 'the sensor is killed', on: 'own', begin: ({ worker }) => kill(worker.childPids(SENSOR)) },
  { name: 'the sensor hangs', on: 'own', begin: async ({ worker }) => frozen((await worker.childPids(SENSOR))[0]) },
  { name: 'a second program reads the alerts', on: 'own', begin: secondReader },
  { name: 'Redis hangs', begin: async ({ api }) => frozen((await api.childPids(REDIS))[0]) },
  { name: 'Redis is killed', begin: ({ api }) => kill(api.childPids(REDIS)) },
  { name: 'the worker hangs', begin: ({ worker }) => frozen(worker.child.pid) },
  {
    name: 'Docker is away',
    begin: ({ docker: relay }) => {
      relay.down();
      return () => relay.up();
    },
  },
  { name: 'Docker is slow', begin: docker('slow') },
  { name: 'Docker cuts its answers', begin: docker('cutting') },
  { name: 'alerts are dropped', on: 'relayed', begin: alerts('dropping') },
  { name: 'alerts are repeated', on: 'relayed', begin: alerts('repeating') },
  { name: 'alerts are late', on: 'relayed', begin: alerts('late') },
  { name: 'alerts are reordered', on: 'relayed', begin: alerts('reordering') },
];
