import { join } from 'node:path';
import { OWN_RULE_FILES } from '../../../src/app/own-rules.js';
import { FalcoServer } from '../../falco/falco-server.js';
import { buildProbe, type Response, type Subscription, TestSensor } from '../../sensor/harness.js';

/** What happens to alerts on their way to the worker. */
export type AlertMood = 'well' | 'dropping' | 'repeating' | 'late' | 'reordering';

const EVERY_MS = 20;
const LATE_MS = 3_000;
/** One alert in so many is dropped, or sent twice. */
const ONE_IN = 20;

/** A sensor of the bench's own behind a relay that speaks Falco's gRPC, and that can lose, repeat, delay and reorder alerts. */
export class AlertRelay {
  readonly #server = new FalcoServer();
  readonly #sensor: TestSensor;
  readonly #alerts: Subscription;
  readonly #timer: NodeJS.Timeout;
  #seen = 0;
  mood: AlertMood = 'well';

  private constructor(sensor: TestSensor) {
    this.#sensor = sensor;
    this.#alerts = sensor.subscribe(EVERY_MS);
    this.#timer = setInterval(() => this.#pass(), EVERY_MS);
  }

  /** Starts sensor and relay; the relay listens at `socket`. */
  static async start(folder: string): Promise<{ readonly relay: AlertRelay; readonly socket: string }> {
    await buildProbe();
    const relay = new AlertRelay(await TestSensor.start(OWN_RULE_FILES));
    const socket = join(folder, 'falco.sock');
    await relay.#server.start(`unix:${socket}`);
    return { relay, socket };
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#alerts.close();
    this.#server.kill();
    await this.#sensor.stop();
  }

  #pass(): void {
    const alerts = this.#alerts.responses.splice(0);
    if (this.mood === 'reordering') alerts.reverse();
    const passing = alerts.flatMap((alert) => this.#treated(alert));
    if (this.mood !== 'late') this.#server.push(...passing);
    else setTimeout(() => this.#server.push(...passing), LATE_MS);
  }

  #treated(alert: Response): readonly Response[] {
    this.#seen += 1;
    if (this.#seen % ONE_IN !== 0) return [alert];
    if (this.mood === 'dropping') return [];
    return this.mood === 'repeating' ? [alert, alert] : [alert];
  }
}
