import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median } from './median.js';

/**
 * Audit events (issue 6): accepted events a second, one POST each as GitLab sends them, against a bare express handler that
 * appends the body to the same Redis. 60 % or more, in rounds that alternate; what is accepted is judged in the same process.
 */
const MIN_RATIO = 0.6;
const ROUNDS = 15;
const PER_ROUND = 1_500;
const AT_ONCE = 32;
const TOKEN = '0123456789abcdef-bench';

const child = spawn(
  process.execPath,
  ['--import', 'tsx', fileURLToPath(new URL('audit-server.ts', import.meta.url)), TOKEN],
  {
    stdio: ['pipe', 'pipe', 'inherit'],
  },
);
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
let sent = 0;

/** Every tenth is one that a rule tells of. */
function body(): string {
  sent += 1;
  const details = {
    author_name: 'Alice',
    author_class: 'User',
    entity_path: 'acme/shop/web',
    ip_address: '198.41.0.4',
    target_id: sent,
    target_type: 'Project',
    custom_message: { protocol: 'http', action: 'git-upload-pack' },
  };
  const event_type = sent % 10 === 0 ? 'ci_variable_updated' : 'repository_git_operation';
  const created_at = new Date().toISOString();
  return JSON.stringify({
    id: `bench-${sent}`,
    author_id: 7,
    entity_id: 42,
    entity_type: 'Project',
    created_at,
    event_type,
    details,
  });
}

async function post(port: number): Promise<void> {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Gitlab-Event-Streaming-Token': TOKEN };
  const outgoing = request({ port, agent, method: 'POST', path: '/gitlab/audit-events', headers });
  const answered = once(outgoing, 'response');
  outgoing.end(body());
  const [answer] = await answered;
  const text = (await answer.toArray()).join('');
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${text}`);
}

/** Accepted events a second. */
async function rate(port: number): Promise<number> {
  let left = PER_ROUND;
  const start = performance.now();
  const client = async () => {
    while (left-- > 0) await post(port);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return (PER_ROUND * 1000) / (performance.now() - start);
}

const lines = createInterface({ input: child.stdout });
const [line] = await once(lines, 'line');
const ports: { ours: number; bare: number } = JSON.parse(String(line));
try {
  for (const port of [ports.ours, ports.bare]) await rate(port);
  const pairs: { ours: number; bare: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Who goes first changes, so that a machine that slows down is unfair to neither.
    const first = round % 2 === 0 ? await rate(ports.bare) : undefined;
    const ours = await rate(ports.ours);
    pairs.push({ ours, bare: first ?? (await rate(ports.bare)) });
  }
  const ratio = median(pairs.map((pair) => pair.ours / pair.bare));
  const rates = `${median(pairs.map((pair) => pair.ours)).toFixed(0)}/s against ${median(pairs.map((pair) => pair.bare)).toFixed(0)}/s`;
  console.log(`audit events: ratio ${ratio.toFixed(2)} (bar ${MIN_RATIO} or more), ${rates}`);
  process.exitCode = ratio >= MIN_RATIO ? 0 : 1;
} finally {
  child.stdin.end();
  agent.destroy();
}
