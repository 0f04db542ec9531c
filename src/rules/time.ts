const NS_PER_SECOND = 1_000_000_000n;

interface Clock {
  readonly date: Date;
  readonly nanos: string;
}

function split(ns: bigint): Clock {
  const seconds = ns / NS_PER_SECOND;
  return { date: new Date(Number(seconds) * 1000), nanos: String(ns % NS_PER_SECOND).padStart(9, '0') };
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `evt.time.iso8601` as Falco prints it: `2026-11-21T01:58:40.060556838+0000`. */
export function isoTime(ns: bigint): string {
  const { date, nanos } = split(ns);
  return `${date.toISOString().slice(0, 19)}.${nanos}+0000`;
}

/** `evt.time` as Falco prints it, in local time: `01:58:40.060556838`. */
export function clockTime(ns: bigint): string {
  const { date, nanos } = split(ns);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${nanos}`;
}

/** `evt.datetime` as Falco prints it, in local time: `2026-11-21 01:58:40.060556838`. */
export function dateTime(ns: bigint): string {
  const { date } = split(ns);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockTime(ns)}`;
}
