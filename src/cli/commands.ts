import { allowScripts } from './allow-scripts.js';
import { config } from './config.js';
import { credentials } from './credentials.js';
import { demo } from './demo.js';
import { rules } from './rules/command.js';
import { serve } from './serve.js';
import type { Command } from './usage.js';

/** Every command of `packwarden`, by name. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  serve,
  demo,
  rules,
  'allow-scripts': allowScripts,
  config,
  credentials,
};
