const STATES: Record<string, string> = {
  queued: 'waiting for a worker',
  preparing: 'creating a sandbox and proving that the sensor watches it',
  fetching: 'fetching the dependencies, without running any script',
  installing: 'running the install scripts of each package',
  importing: 'loading each direct dependency',
  draining: 'proving that the sensor watched to the end',
};

/** What a job does in `state`, for a person who waits for it; the bare name of a state that this version does not know. */
export function explainState(state: string): string {
  return STATES[state] ?? state;
}
