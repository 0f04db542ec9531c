import type { Logger } from 'pino';

/** Stops one part of the service. */
export type Stop = () => Promise<void>;

/** The started parts, which are stopped in reverse order. Each part is registered as soon as it is started, so that a failed start leaves nothing running. */
export class Stops {
  readonly #stops: { readonly part: string; readonly stop: Stop }[] = [];
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** `part`: its name, for the log. */
  push(part: string, stop: Stop): void {
    this.#stops.push({ part, stop });
  }

  /** Stops everything, even if one part fails to stop. Resolves with whether all parts stopped within `ms`. */
  async run(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const state = { part: '' };
    const inTime = await Promise.race([this.#all(state), late]);
    clearTimeout(timer);
    if (!inTime) this.#log.error({ part: state.part, ms }, 'a part did not stop in time');
    return inTime;
  }

  async #all(state: { part: string }): Promise<true> {
    for (const { part, stop } of this.#stops.splice(0).reverse()) {
      state.part = part;
      try {
        await stop();
      } catch (error) {
        this.#log.warn({ part, err: error }, 'a part failed to stop');
      }
    }
    return true;
  }
}
