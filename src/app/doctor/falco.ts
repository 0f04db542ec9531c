import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import { OWN_RULE_FILES } from '../own-rules.js';
import { falcoTarget } from '../worker/alert-feed.js';
import { type Check, fail, type Host, pass, reasonOf, warn } from './host.js';

const CONFIG = '/etc/falco/falco.yaml';
/** The same value as in the configurations in `falco/`. */
const VERSIONS = 'http://127.0.0.1:8765/versions';
const INSTALL = "falco/README.md describes how to install Packwarden's configuration";

const versionsSchema = z.object({ falco_version: z.string() });
const settingsSchema = z.object({
  rule_matching: z.string().default('first'),
  json_output: z.boolean().default(false),
  rules_files: z.array(z.string()).default([]),
});

/** Checks the Falco that a worker is configured for: how alerts arrive, its version, its rules. */
export async function falcoChecks(host: Host, config: Config): Promise<readonly Check[]> {
  const [transport, version] = await transportCheck(host, config);
  return [transport, ...(version === null ? [] : [versionCheck(version, config)]), ...(await settingChecks(host))];
}

async function transportCheck(host: Host, config: Config): Promise<readonly [Check, string | null]> {
  const name = 'falco';
  const { PACKWARDEN_FALCO_GRPC: grpc, PACKWARDEN_FALCO_FILE: file } = config;
  if (grpc !== undefined) {
    try {
      const version = await host.falcoVersion(falcoTarget(config));
      return [pass(name, `${version} answers over gRPC at ${grpc}`), version];
    } catch (error) {
      const fix =
        'start Falco, and make sure that grpc.enabled is set and that this user may open its socket; Falco 0.44 has no gRPC: set PACKWARDEN_FALCO_FILE';
      return [fail(name, `no Falco answers over gRPC at ${grpc}: ${reasonOf(error)}`, fix), null];
    }
  }
  const version = await askedVersion(host);
  const named = version ?? 'a Falco of unknown version';
  if (file === undefined) return [pass(name, `${named} posts its alerts`), version];
  if (await host.exists(file)) return [pass(name, `${named} appends its alerts to ${file}`), version];
  return [fail(name, `${file} does not exist`, `start Falco with file_output; ${INSTALL}`), version];
}

async function askedVersion(host: Host): Promise<string | null> {
  try {
    const { text } = await host.get(VERSIONS);
    const parsed = versionsSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.falco_version : null;
  } catch {
    return null;
  }
}

function versionCheck(version: string, { PACKWARDEN_FALCO_GRPC: grpc }: Config): Check {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  const number = Number(major) * 1000 + Number(minor);
  if (number < 40)
    return fail(
      'falco-version',
      `${version} is older than 0.40`,
      'install a newer Falco: the configuration of this version has no append_output',
    );
  if (number >= 43 && grpc !== undefined)
    return warn(
      'falco-version',
      `${version}: Falco 0.44 and later have no gRPC`,
      'set PACKWARDEN_FALCO_FILE before the next update',
    );
  return pass('falco-version', version);
}

async function settingChecks(host: Host): Promise<readonly Check[]> {
  const text = await host.readText(CONFIG);
  if (text === null)
    return [warn('falco-rules', `${CONFIG} can't be read, so it is not known what Falco loads`, INSTALL)];
  const settings = readSettings(text);
  if (settings === null) return [fail('falco-rules', `${CONFIG} is not a valid configuration of Falco`, INSTALL)];
  return [
    rules(await differing(host, settings.rules_files), settings.rules_files),
    matching(settings.rule_matching),
    json(settings.json_output),
  ];
}

function readSettings(text: string): z.infer<typeof settingsSchema> | null {
  try {
    return settingsSchema.parse(parse(text) ?? {});
  } catch {
    return null;
  }
}

/** Names of our rule files that Falco does not load, or loads with other content than the shipped one. */
async function differing(host: Host, files: readonly string[]): Promise<readonly string[]> {
  const different: string[] = [];
  for (const own of OWN_RULE_FILES) {
    const installed = files.find((file) => basename(file) === basename(own));
    const text = installed === undefined ? null : await host.readText(installed);
    if (text !== readFileSync(own, 'utf8')) different.push(basename(own));
  }
  return different;
}

function rules(different: readonly string[], files: readonly string[]): Check {
  if (different.length === 0)
    return pass('falco-rules', `Packwarden's, and ${files.length - OWN_RULE_FILES.length} more files`);
  return fail(
    'falco-rules',
    `not loaded, or from another version: ${different.join(', ')}`,
    'install rules/packwarden_*.yaml of this version, and name them in rules_files',
  );
}

function matching(value: string): Check {
  if (value === 'all') return pass('falco-matching', 'rule_matching: all');
  return fail(
    'falco-matching',
    `rule_matching: ${value}: the first matching rule hides the others, including the canary's`,
    `set rule_matching: all in ${CONFIG}`,
  );
}

function json(isOn: boolean): Check {
  return isOn
    ? pass('falco-json', 'json_output: true')
    : fail(
        'falco-json',
        "json_output is off: Packwarden can't parse alerts that are plain text",
        `set json_output: true in ${CONFIG}`,
      );
}
