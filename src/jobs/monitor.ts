import type { Alert } from '../falco/alert.js';
import { AlertFold, type FoldedAlert } from '../falco/fold.js';
import type { AlertSink } from '../falco/hub.js';
import { CONTACT_RULES, Contacts } from '../report/contacts.js';
import { FORK_RULE, ProcessTree, TRACE_RULE } from '../report/process-tree.js';
import { ProjectWrites, WRITE_RULE } from '../report/project-writes.js';
import type { IncompleteReason } from '../report/verdict.js';

/** The rule of `rules/packwarden_plumbing.yaml` that answers a canary. */
export const CANARY_RULE = 'Packwarden canary';

/** What a canary's command line holds; the nonce is unguessable, so that a package can't answer for the sensor. */
export function canaryMarker(nonce: string): string {
  return `packwarden-canary:${nonce}`;
}

/** Everything that the alert source tells about one sandbox: canaries, processes, alerts, and its own faults. */
export class Monitor implements AlertSink {
  readonly tree = new ProcessTree();
  readonly contacts = new Contacts();
  readonly writes = new ProjectWrites();
  readonly #fold = new AlertFold();
  readonly #waiting = new Map<string, () => void>();
  readonly #interruptions: string[] = [];
  #drops = 0;
  #judging = false;
  #keepsWrites = false;

  /**
   * From now on alerts count. Until the opening canary has come back nothing of the project has run: what is seen before
   * is the engine's and the sandbox's own setting-up.
   */
  judge(): void {
    this.#judging = true;
  }

  /** From now on writes to the project's files are kept: before, the package manager puts every file into place. */
  keepWrites(): void {
    this.#keepsWrites = true;
  }

  alert(alert: Alert): void {
    if (alert.rule === TRACE_RULE || alert.rule === FORK_RULE) {
      this.tree.add(alert);
      return;
    }
    if (alert.rule === WRITE_RULE) {
      if (this.#keepsWrites) this.writes.add(alert);
      return;
    }
    if (CONTACT_RULES.has(alert.rule)) {
      this.contacts.add(alert);
      return;
    }
    if (alert.rule === CANARY_RULE) {
      this.#answer(alert);
      return;
    }
    if (this.#judging) this.#fold.add(alert);
  }

  interrupted(reason: string): void {
    if (this.#interruptions.length < 10) this.#interruptions.push(reason);
  }

  dropped(count: number): void {
    this.#drops += count;
  }

  get drops(): number {
    return this.#drops;
  }

  get alerts(): readonly FoldedAlert[] {
    return this.#fold.entries();
  }

  /** Resolves when the canary's own alert has come back. Never rejects: the caller has the deadline. */
  canary(nonce: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(canaryMarker(nonce), resolve));
  }

  /** Why this sandbox can't be called watched; empty when it can. */
  faults(): readonly IncompleteReason[] {
    const faults: IncompleteReason[] = [];
    const reason = this.#interruptions[0];
    if (reason !== undefined) {
      faults.push({ code: 'sensor-lost', message: `the alert source was lost during the job: ${reason}` });
    }
    if (this.#drops > 0) {
      faults.push({ code: 'events-dropped', message: `the sensor dropped ${this.#drops} events during the job` });
    }
    const overflow = this.#fold.overflowed + this.tree.overflowed + this.writes.overflowed + this.contacts.overflowed;
    if (overflow > 0) {
      faults.push({ code: 'alerts-overflowed', message: `${overflow} different alerts were more than a report holds` });
    }
    return faults;
  }

  #answer(alert: Alert): void {
    const args = (alert.fields['proc.args'] ?? '').split(' ');
    for (const word of args) {
      this.#waiting.get(word)?.();
      this.#waiting.delete(word);
    }
  }
}
