import type { FdView } from './fd-view.js';

/** One parameter of an event, as Falco prints it. */
export interface EventArgument {
  readonly name: string;
  /** As `evt.args` shows it: `-2`, `rel.txt`, `4097`. */
  readonly value: string;
  /** Its meaning, shown in brackets after the value: `ENOENT`, `/tmp/rel.txt`, `O_RDONLY|O_CLOEXEC`. */
  readonly resolved?: string;
}

/** Everything an event contains apart from the process. */
export interface EventDetails {
  readonly args: readonly EventArgument[];
  readonly fd?: FdView;
  /** `fs.path.name`, `fs.path.source`, `fs.path.target`. */
  readonly path?: string;
  readonly source?: string;
  readonly target?: string;
  /** The same paths as the caller wrote them; missing if the caller gave none. */
  readonly raw?: { readonly path?: string; readonly source?: string; readonly target?: string };
  /** Flags of an open in Falco's numbers (`PPM_O_*`), and its mode. */
  readonly open?: { readonly flags: number; readonly mode: number };
  /** The first bytes that were sent. */
  readonly buffer?: Uint8Array;
}

/** `evt.arg.NAME`: the argument's meaning if it has one, otherwise its value. */
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
