import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { z } from 'zod';
import { normalizeInstance } from '../gitlab/instance.js';
import type { Clock } from '../jobs/ports.js';
import { isFinal } from '../jobs/transition.js';
import { falcoForward } from '../outputs/falco-forward.js';
import { gitlabOutput } from '../outputs/gitlab.js';
import type { Output } from '../outputs/output.js';
import { webhook } from '../outputs/webhook.js';
import type { BullQueue } from '../queue/bull-queue.js';
import { Outbox } from '../queue/outbox.js';
import { type Config, ConfigError } from './config/config.js';

/** Notifies other systems about finished jobs. */
export interface Outputs {
  /** Puts a job into every outbox. Never rejects and never waits long, so that it does not delay the end of a job. */
  notify(job: string): Promise<void>;
  /** Pending notifications, by the output's name; empty while Redis is unavailable. */
  counts(): Promise<ReadonlyMap<string, { readonly waiting: number; readonly givenUp: number }>>;
  stop(): Promise<void>;
}

/** Starts the outboxes of the configured outputs. @throws ConfigError when a configured file is unusable */
export function startOutputs(config: Config, url: string, queue: BullQueue, clock: Clock, log: Logger): Outputs {
  const outboxes = configured(config, clock).map((output) => {
    const deliver = delivery(output, config, queue);
    return new Outbox({ url, name: output.name, retentionS: config.PACKWARDEN_RETENTION_S, deliver, clock, log });
  });
  for (const outbox of outboxes) outbox.start();
  return {
    async notify(job) {
      for (const outbox of outboxes) {
        await outbox
          .add(job)
          .catch((err) =>
            log.warn({ err, job, output: outbox.name }, 'a notification could not be put into its outbox'),
          );
      }
    },
    async counts() {
      const counts = outboxes.map(async (outbox) => [outbox.name, await outbox.counts()] as const);
      return new Map(await Promise.all(counts).catch(() => []));
    },
    async stop() {
      for (const outbox of outboxes) await outbox.close();
    },
  };
}

function configured(config: Config, clock: Clock): readonly Output[] {
  const {
    PACKWARDEN_FORWARD_URL: forward,
    PACKWARDEN_WEBHOOK_URL: hook,
    PACKWARDEN_GITLAB_TOKENS_FILE: tokens,
  } = config;
  return [
    ...(forward === undefined ? [] : [falcoForward(forward)]),
    ...(hook === undefined ? [] : [webhook({ url: hook, secret: secretOf(config), now: () => clock.now() })]),
    ...(tokens === undefined ? [] : [gitlabOutput(tokensIn(tokens))]),
  ];
}

function delivery(output: Output, { PACKWARDEN_PUBLIC_URL: base }: Config, queue: BullQueue) {
  return async (id: string, progress: Parameters<Output['send']>[1], signal: AbortSignal): Promise<boolean> => {
    const job = await queue.find(id);
    // The job was removed in the meantime: the notification is done.
    if (job === undefined) return true;
    const { report, context, state } = job;
    if (report === null || !isFinal(state)) return false;
    await output.send(
      { id, report, context, url: base === undefined ? null : `${base.replace(/\/+$/, '')}/jobs/${id}` },
      progress,
      signal,
    );
    return true;
  };
}

function secretOf(config: Config): string {
  const path = config.PACKWARDEN_WEBHOOK_SECRET_FILE;
  if (path === undefined)
    throw new ConfigError(
      'PACKWARDEN_WEBHOOK_URL needs PACKWARDEN_WEBHOOK_SECRET_FILE, because the documents are signed',
    );
  const secret = readSecret('PACKWARDEN_WEBHOOK_SECRET_FILE', path).trim();
  if (secret.length < 24)
    throw new ConfigError(`PACKWARDEN_WEBHOOK_SECRET_FILE: ${path} must contain at least 24 characters`);
  return secret;
}

const tokensSchema = z.record(z.string(), z.string().min(8));

function tokensIn(path: string): ReadonlyMap<string, string> {
  const setting = 'PACKWARDEN_GITLAB_TOKENS_FILE';
  const fault = new ConfigError(`${setting}: ${path} must be a JSON object of addresses and tokens`);
  let given: Record<string, string>;
  try {
    given = tokensSchema.parse(JSON.parse(readSecret(setting, path)));
  } catch (error) {
    // Not the parsers' messages, because these quote the file, which contains tokens.
    throw error instanceof ConfigError ? error : fault;
  }
  return new Map(
    Object.entries(given).map(([address, token]) => {
      const instance = normalizeInstance(address);
      if (instance === undefined) throw fault;
      return [instance, token];
    }),
  );
}

function readSecret(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${setting}: ${path} can't be read`, cause);
  }
}
