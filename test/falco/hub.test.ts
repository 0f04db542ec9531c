import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../src/falco/alert.js';
import { AlertHub, type AlertSink } from '../../src/falco/hub.js';
import { FalcoServer } from './falco-server.js';
import { message, scratch, silent, sourceOf, until } from './harness.js';

const A = `${'a'.repeat(12)}${'0'.repeat(52)}`;
const B = `${'b'.repeat(12)}${'0'.repeat(52)}`;

class Sink implements AlertSink {
  readonly alerts: Alert[] = [];
  readonly interruptions: string[] = [];
  drops = 0;
  missed = 0;

  alert(alert: Alert): void {
    this.alerts.push(alert);
  }

  interrupted(reason: string): void {
    this.interruptions.push(reason);
  }

  dropped(count: number): void {
    this.drops += count;
  }

  missing(count: number): void {
    this.missed += count;
  }
}

let folder: Awaited<ReturnType<typeof scratch>>;
let server: FalcoServer;
let hub: AlertHub;

const of = (id: string | undefined, name?: string) =>
  message({ output_fields: { ...(id && { 'container.id': id }), ...(name && { 'container.name': name }) } });
const internal = (rule: string, fields: Record<string, string> = {}) =>
  message({ rule, source: 'internal', priority: 'DEBUG', output_fields: fields });

async function start(): Promise<void> {
  server = await new FalcoServer().start(`unix:${join(folder.path, 'falco.sock')}`);
}

beforeEach(async () => {
  folder = await scratch();
  await start();
  hub = new AlertHub(sourceOf({ socket: join(folder.path, 'falco.sock') }), silent);
  hub.start();
});

afterEach(async () => {
  await hub.stop();
  server.kill();
  await folder.remove();
});

/** Sends and waits until the hub has seen all of it. */
async function send(...messages: Record<string, unknown>[]): Promise<void> {
  const { received } = hub.counters();
  server.push(...messages);
  await until(() => hub.counters().received === received + messages.length);
}

describe('the demultiplexer', () => {
  it('gives each container its own alerts, by the first 12 digits of its id', async () => {
    const a = new Sink();
    const b = new Sink();
    hub.watch(A, a);
    hub.watch(B, b);
    await send(of(A.slice(0, 12)), of(B.slice(0, 12)), of(A.slice(0, 12)), of(A));
    expect([a.alerts.length, b.alerts.length]).toEqual([3, 1]);
  });

  it.each([
    ['all of them, from the first one', [1, 2, 3], 0],
    ['those from the beginning of the watch on', [12, 13], 0],
    ['all but some in the middle', [1, 2, 6, 7, 9], 4],
    ['one that was kept back', [1, 3, 2, 4], 3],
    ['numbers that begin anew', [1, 2, 1, 2], 1],
    ['what a real Falco sends', [undefined, undefined], 0],
  ])('numbered alerts: %s', async (_title, numbers, missed) => {
    const a = new Sink();
    const b = new Sink();
    hub.watch(A, a);
    hub.watch(B, b);
    const numbered = (number: number | undefined) => ({
      'container.id': A.slice(0, 12),
      ...(number !== undefined && { 'packwarden.number': String(number) }),
    });
    await send(...numbers.map((number) => message({ output_fields: numbered(number) })), of(B));
    expect([a.missed, b.missed, a.alerts.length]).toEqual([missed, 0, numbers.length]);
    expect(hub.counters().missing).toBe(missed);
    expect(a.alerts.every(({ fields }) => !('packwarden.number' in fields))).toBe(true);
  });

  it('counts alerts of nobody, of the host and of a closed watch, and gives them to nobody', async () => {
    const a = new Sink();
    const watch = hub.watch(A, a);
    await send(of('c'.repeat(12)), of('host'), of(undefined));
    watch.close();
    watch.close();
    await send(of(A.slice(0, 12)));
    expect(a.alerts).toEqual([]);
    expect(hub.counters()).toMatchObject({ received: 4, matched: 0, unmatched: 4 });
  });

  it('goes by the name only where the id is missing', async () => {
    const a = new Sink();
    hub.watch(A, a, 'packwarden-1');
    await send(of(undefined, 'packwarden-1'), of(B.slice(0, 12), 'packwarden-1'));
    expect(a.alerts).toHaveLength(1);
  });

  it('hands over the alerts of a routed source, which come from no container', async () => {
    const a = new Sink();
    const taken: Alert[] = [];
    hub.watch(A, a);
    hub.route('gitlab', (alert) => taken.push(alert));
    await send(
      message({ source: 'gitlab', output_fields: { 'gitlab.event_type': 'add_gpg_key' } }),
      of(A.slice(0, 12)),
    );
    expect([taken.length, taken[0]?.fields['gitlab.event_type'], a.alerts.length]).toEqual([1, 'add_gpg_key', 1]);
    expect(hub.counters()).toMatchObject({ matched: 2, unmatched: 0 });
  });

  it('a closed watch does not take its successor of the same container with it', async () => {
    const first = hub.watch(A, new Sink());
    const second = new Sink();
    hub.watch(A, second);
    first.close();
    await send(of(A.slice(0, 12)));
    expect(second.alerts).toHaveLength(1);
  });

  it('a sink that throws harms neither the stream nor the other jobs', async () => {
    const b = new Sink();
    const broken = new Sink();
    broken.alert = () => {
      throw new Error('broken');
    };
    hub.watch(A, broken);
    hub.watch(B, b);
    await send(of(A.slice(0, 12)), of(B.slice(0, 12)));
    expect(b.alerts).toHaveLength(1);
    expect(hub.status().connected).toBe(true);
  });
});

describe('what makes a run doubtful reaches every running watch', () => {
  it('a drop alert, with the number of lost events; alone it is nobody’s alert', async () => {
    const [a, b, late] = [new Sink(), new Sink(), new Sink()];
    hub.watch(A, a);
    hub.watch(B, b).close();
    await send(internal('Falco internal: syscall event drop', { n_drops: '539367' }));
    hub.watch(B, late);
    expect([a.drops, b.drops, late.drops]).toEqual([539_367, 0, 0]);
    expect(a.alerts).toEqual([]);
    expect(hub.counters()).toMatchObject({ drops: 539_367, unmatched: 0 });
  });

  it('a drop alert of our own sensor: each container’s own losses, and those of which nobody knows whose they are', async () => {
    const [a, b] = [new Sink(), new Sink()];
    hub.watch(A, a);
    hub.watch(B, b);
    const dropped = (all: string, losses: string) =>
      internal('Falco internal: syscall event drop', { n_drops: all, 'packwarden.losses': losses });
    await send(dropped('10', 'cccccccccccc=10'));
    expect([a.drops, b.drops]).toEqual([0, 0]);
    await send(dropped('15', 'aaaaaaaaaaaa=4 cccccccccccc=10'));
    expect([a.drops, b.drops]).toEqual([5, 1]);
    expect(hub.counters().drops).toBe(25);
  });

  it('a drop alert without a readable number counts as one', async () => {
    const a = new Sink();
    hub.watch(A, a);
    await send(internal('Falco internal: syscall event drop', { n_drops: 'many' }));
    expect(a.drops).toBe(1);
  });

  it('totals of the metrics snapshot that grow, not those that stand', async () => {
    const a = new Sink();
    hub.watch(A, a);
    const snapshot = (kernel: string, queue: string) =>
      internal('Falco internal: metrics snapshot', {
        'scap.n_drops': kernel,
        'falco.outputs_queue_num_drops': queue,
      });
    await send(snapshot('100', '0'), snapshot('100', '0'), snapshot('103', '2'));
    expect(a.drops).toBe(5);
  });

  it('an unreadable alert: it could have been anyone’s', async () => {
    const a = new Sink();
    hub.watch(A, a);
    server.push(Buffer.from([0xff]));
    await until(() => hub.counters().malformed === 1);
    expect(a.drops).toBe(1);
  });

  it('the end of the service itself', async () => {
    const a = new Sink();
    hub.watch(A, a);
    await until(() => hub.status().connected);
    await hub.stop();
    expect(a.interruptions).toEqual(['stopped']);
  });

  it('a lost connection, and the watch goes on with the next one', async () => {
    const a = new Sink();
    hub.watch(A, a);
    await until(() => server.requests > 0);
    await server.stop();
    await until(() => a.interruptions.length === 1);
    await start();
    await send(of(A.slice(0, 12)));
    expect(a.alerts).toHaveLength(1);
    expect(hub.counters().reconnects).toBe(1);
  });
});
