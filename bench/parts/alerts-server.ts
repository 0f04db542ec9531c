import { readFileSync } from 'node:fs';
import { FalcoServer } from '../../test/falco/falco-server.js';

/**
 * A Falco that has `TOTAL` alerts for each new subscriber, in a process of its own so that its work is not the client's:
 * `alerts-server.ts ADDRESS TOTAL MESSAGES.json`. Prints `ready`.
 */
const [address = '', total = '0', file = ''] = process.argv.slice(2);
const messages = JSON.parse(readFileSync(file, 'utf8')) as object[];
const server = await new FalcoServer().start(address);
const PER_REQUEST = 2_000;
let left = 0;
let sent = 0;
server.refill = () => {
  for (let i = 0; i < PER_REQUEST && left > 0; i += 1, left -= 1, sent += 1) {
    server.push(messages[sent % messages.length] ?? {});
  }
};
process.stdin.on('data', () => {
  left = Number(total);
});
process.stdout.write('ready\n');
