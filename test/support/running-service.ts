import { afterAll, beforeAll } from 'vitest';
import { dataFolder, ServiceProcess } from './service-process.js';

/** A service of a test file's own; `url` is there once its tests run. */
export interface RunningService {
  readonly url: string;
  readonly dataPath: string;
}

/** Starts a service before the file's tests, ready for jobs, and ends it with its data after them. */
export function runningService(env: Readonly<Record<string, string>> = {}): RunningService {
  const data = dataFolder();
  let service: ServiceProcess | undefined;
  beforeAll(async () => {
    service = await ServiceProcess.start({ PACKWARDEN_DATA_DIR: data.path, ...env });
    await service.ready();
  });
  afterAll(async () => {
    await service?.stop();
    data.remove();
  });
  return {
    get url() {
      if (service === undefined) throw new Error('the service starts before the first test');
      return service.url;
    },
    dataPath: data.path,
  };
}
