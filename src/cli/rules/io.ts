import { UsageError } from '../frame/usage.js';

/** Where a command writes. */
export interface Io {
  /** The command's result. */
  out(text: string): void;
  /** Summaries and messages. */
  err(text: string): void;
}

/** The process's own streams. */
export const STANDARD_IO: Io = {
  out: (text) => {
    process.stdout.write(text);
  },
  err: (text) => {
    process.stderr.write(text);
  },
};

/** Whether `--format` asks for JSON; without the option it is text. @throws UsageError */
export function isJson(format: string | undefined, command: string): boolean {
  if (format === undefined || format === 'text') return false;
  if (format === 'json') return true;
  throw new UsageError(`--format must be text or json, not '${format}'`, `packwarden ${command} --help`);
}

/** JSON with bigints as strings: as numbers they would lose digits. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, (_key, entry: unknown) => (typeof entry === 'bigint' ? String(entry) : entry), 2)}\n`;
}

/** Lays out rows as columns, each as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
