import { FalcoServer } from './falco-server.js';

/**
 * A Falco in a process of its own, to be killed or stopped by a test: `node --import tsx falco-process.ts ADDRESS`.
 * Prints `ready`; each line of standard input is a message to queue.
 */
const server = await new FalcoServer().start(process.argv[2] ?? '');
process.stdout.write('ready\n');
let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) server.push(JSON.parse(line) as object);
});
process.once('SIGTERM', () => {
  void server.stop().then(() => process.exit(0));
});
