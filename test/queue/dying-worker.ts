import { pino } from 'pino';
import { BullWorker } from '../../src/queue/bull-worker.js';
import { emptyReport } from '../../src/queue/job-record.js';
import { StoredReports } from '../../src/queue/reports/stored-reports.js';
import { FileStore } from '../../src/stores/file-store.js';

/** A worker that is killed after it has stored a report and before the queue knows it. Arguments: Redis' URL, the folder of reports. */
const [, , url = '', folder = ''] = process.argv;
const clock = { now: () => Date.now() };
const store = await FileStore.open({ folder, suffix: '.json.gz' });
const put = store.put.bind(store);
store.put = async (key, content) => {
  await put(key, content);
  process.kill(process.pid, 'SIGKILL');
};
await new BullWorker({
  url,
  concurrency: 1,
  queueMs: 60_000,
  reports: new StoredReports({ store, retentionS: 60, queueMs: 60_000, now: () => clock.now() }),
  clock,
  log: pino({ level: 'silent' }),
  run: async ({ spec }) => emptyReport(spec, clock.now(), 'cancelled', 'of the worker that died'),
  isTemporary: () => false,
  reasonOf: () => 'sandbox-failed',
  onFinished: async () => undefined,
}).start();
