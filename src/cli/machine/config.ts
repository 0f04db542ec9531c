import { configReference, loadConfig } from '../../app/config/config.js';
import { maskedConfig } from '../../app/config/masked-config.js';
import { type Command, readArgs } from '../frame/usage.js';

function help(): string {
  const rows = configReference();
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, fallback, meaning }) => `  ${name.padEnd(width)}  ${meaning} [${fallback}]`);
  return `Usage: packwarden config

Prints the effective configuration as JSON, with secrets masked. Settings are environment variables, or the same keys in the
YAML or JSON file that PACKWARDEN_CONFIG names; environment variables take precedence. Defaults are in brackets.

${lines.join('\n')}
`;
}

/** `packwarden config`. */
export const config: Command = {
  async run(argv) {
    const { values } = readArgs('config', argv, { options: { help: { type: 'boolean', short: 'h' } } });
    process.stdout.write(values.help ? help() : `${JSON.stringify(maskedConfig(loadConfig()), null, 2)}\n`);
    return 0;
  },
};
