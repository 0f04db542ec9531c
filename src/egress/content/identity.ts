/** What programs could tell of the sandbox that they run in. */
export interface SandboxIdentity {
  /** Unguessable. */
  readonly hostname: string;
  readonly user: string;
  /** Its absolute path. */
  readonly home: string;
  /** Names of environment variables. */
  readonly variables: readonly string[];
}

/** So many names of variables together are an environment that was sent. */
const SOME_VARIABLES = 3;
/** What of a sandbox stands in a text, in words for a report. */
export function toldIn(text: string, { hostname, user, home, variables }: SandboxIdentity): readonly string[] {
  const names = variables.filter((name) => text.includes(name));
  const isUser = new RegExp(`\\b(?:user|username|logname)["']?\\s*[:=]\\s*["']?${user}\\b`, 'i').test(text);
  return [
    ...(text.includes(hostname) ? ['the host name'] : []),
    ...(isUser ? ['the user name'] : []),
    ...(text.includes(home) ? ['the home folder'] : []),
    ...(names.length >= SOME_VARIABLES ? ['the environment'] : []),
  ];
}
