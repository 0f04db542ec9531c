import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { compareRates, perSecond, startServers } from './parts/rounds.js';

/**
 * GitLab's audit events: accepted events a second, against a bare express handler that appends to the same Redis.
 * One POST each, as GitLab sends them; bar (issue 6): 60 % or more, in rounds that alternate; accepted events are evaluated in the
 * same process.
 */
const MIN_RATIO = 0.6;
const PER_ROUND = 1_500;
const AT_ONCE = 32;
const TOKEN = '0123456789abcdef-bench';

const servers = await startServers('audit-server.ts', TOKEN);
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
let sent = 0;

/** Every tenth event matches a rule. */
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

try {
  const { ratio, rates } = await compareRates(servers, (port) => perSecond(PER_ROUND, AT_ONCE, () => post(port)));
  console.log(`audit events: ratio ${ratio.toFixed(2)} (bar ${MIN_RATIO} or more), ${rates}`);
  process.exitCode = ratio >= MIN_RATIO ? 0 : 1;
} finally {
  servers.child.stdin.end();
  agent.destroy();
}
