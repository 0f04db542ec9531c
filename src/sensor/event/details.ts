import type { FdView } from './fd-view.js';

/** One parameter of an event, as Falco prints it. */
export interface EventArgument {
  readonly name: string;
  /** As `evt.args` shows it: `-2`, `rel.txt`, `4097`. */
  readonly value: string;
  /** What it stands for, in brackets behind it: `ENOENT`, `/tmp/rel.txt`, `O_RDONLY|O_CLOEXEC`. */
  readonly resolved?: string;
}

/** What an event says besides who did it. */
export interface EventDetails {
  readonly args: readonly EventArgument[];
  readonly fd?: FdView;
  /** `fs.path.name`, `fs.path.source`, `fs.path.target`. */
  readonly path?: string;
  readonly source?: string;
  readonly target?: string;
  /** The same as the caller wrote them; missing where no caller did. */
  readonly raw?: { readonly path?: string; readonly source?: string; readonly target?: string };
  /** An open's flags in Falco's numbers (`PPM_O_*`), and its mode. */
  readonly open?: { readonly flags: number; readonly mode: number };
  /** The first bytes that were sent. */
  readonly buffer?: Uint8Array;
}

/** `evt.arg.NAME`: what a parameter stands for, else the parameter. */
export function argumentText(details: EventDetails, name: string): string | undefined {
  const argument = details.args.find((candidate) => candidate.name === name);
  return argument === undefined ? undefined : (argument.resolved ?? argument.value);
}

/** `evt.args`. */
export function argumentsText(details: EventDetails): string {
  const shown = details.args.map(({ name, value, resolved }) =>
    resolved === undefined ? `${name}=${value}` : `${name}=${value}(${resolved})`,
  );
  return shown.join(' ');
}
