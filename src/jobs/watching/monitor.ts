import type { Alert } from '../../falco/alert.js';
import { AlertFold, type FoldedAlert } from '../../falco/fold.js';
import type { AlertSink } from '../../falco/hub.js';
import { ActingMarks } from '../../report/attribution/acting-marks.js';
import { HookReads } from '../../report/attribution/hook-reads.js';
import { PACKAGE_CODE_RULE, PackageCodeReads } from '../../report/attribution/package-code-reads.js';
import { ENVIRONMENT_RULE, FORK_RULE, ProcessTree, TRACE_RULE } from '../../report/attribution/process-tree.js';
import { CONTACT_RULES, Contacts } from '../../report/evidence/contacts.js';
import { LoadMarks, MARK_RULE } from '../../report/evidence/load-groups.js';
import { CODE_READ_RULE, ProjectWrites, WRITE_RULE } from '../../report/evidence/project-writes.js';
import type { IncompleteReason } from '../../report/verdict.js';

/** The rule of `rules/packwarden_plumbing.yaml` that answers a canary. */
export const CANARY_RULE = 'Packwarden canary';

/** Those from which the tree of processes is made. */
const TREE_RULES: ReadonlySet<string> = new Set([TRACE_RULE, ENVIRONMENT_RULE, FORK_RULE]);

/** What a canary's command line holds; the nonce is unguessable, so that a package can't answer for the sensor. */
export function canaryMarker(nonce: string): string {
  return `ci-check:${nonce}`;
}

/** Everything that the alert source tells about one sandbox: canaries, processes, alerts, and its own faults. */
export class Monitor implements AlertSink {
  readonly tree = new ProcessTree();
  readonly contacts = new Contacts();
  readonly writes = new ProjectWrites();
  readonly marks = new LoadMarks();
  readonly acting = new ActingMarks();
  readonly codeReads = new PackageCodeReads();
  readonly hookReads = new HookReads();
  readonly #fold = new AlertFold();
  readonly #waiting = new Map<string, () => void>();
  /** Test processes of the heartbeat whose alert has not come. */
  readonly #beats = new Set<string>();
  readonly #interruptions: string[] = [];
  #drops = 0;
  #missing = 0;
  #beatsBroken = false;
  #isNumbered = false;
  #judging = false;
  #keepsWrites = false;

  /**
   * From now on alerts count. Until the opening canary has come back nothing of the project has run: what is seen before
   * is the engine's and the sandbox's own setting-up.
   */
  judge(): void {
    this.#judging = true;
  }

  /** From now on writes are kept: before, the package manager puts every file into place. */
  keepWrites(): void {
    this.#keepsWrites = true;
  }

  alert(alert: Alert): void {
    if (alert.number !== undefined) this.#isNumbered = true;
    if (TREE_RULES.has(alert.rule)) {
      this.tree.add(alert);
      return;
    }
    if (alert.rule === MARK_RULE) {
      this.marks.add(alert);
      this.acting.add(alert);
      return;
    }
    if (alert.rule === WRITE_RULE) {
      if (this.#keepsWrites) this.writes.add(alert);
      return;
    }
    if (alert.rule === CODE_READ_RULE) {
      this.writes.addRead(alert);
      this.hookReads.add(alert);
      return;
    }
    if (alert.rule === PACKAGE_CODE_RULE) {
      this.codeReads.add(alert);
      this.hookReads.add(alert);
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

  missing(count: number): void {
    this.#missing += count;
  }

  /** What is known to be lost, events and alerts. */
  get drops(): number {
    return this.#drops + this.#missing;
  }

  get alerts(): readonly FoldedAlert[] {
    return this.#fold.entries();
  }

  /** Resolves when the canary's own alert has come back. Never rejects: the caller has the deadline. */
  canary(nonce: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(canaryMarker(nonce), resolve));
  }

  /** Whether the source says by numbers which alerts did not arrive. */
  get isNumbered(): boolean {
    return this.#isNumbered;
  }

  /** The marker of a test process whose alert must come before the closing canary's. */
  expectBeat(nonce: string): string {
    const marker = canaryMarker(nonce);
    this.#beats.add(marker);
    return marker;
  }

  /** How many of these have not come. */
  get unseenBeats(): number {
    return this.#beats.size;
  }

  /** The test processes could not be kept up: what was lost meanwhile nobody knows. */
  beatsBroken(): void {
    this.#beatsBroken = true;
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
    faults.push(...this.#lost());
    const { tree, writes, contacts, acting, codeReads, hookReads } = this;
    const kept = [this.#fold, tree, writes, contacts, acting, codeReads, hookReads];
    const overflow = kept.reduce((sum, { overflowed }) => sum + overflowed, 0);
    if (overflow > 0) {
      faults.push({ code: 'alerts-overflowed', message: `${overflow} different alerts were more than a report holds` });
    }
    return faults;
  }

  #lost(): readonly IncompleteReason[] {
    const lost: IncompleteReason[] = [];
    if (this.#missing > 0) {
      const message = `${this.#missing} alerts of this sandbox did not arrive: somebody else may read the alert source, too`;
      lost.push({ code: 'events-dropped', message });
    }
    if (this.#beatsBroken) {
      const message = 'test processes could not be run in the sandbox all the time, so alerts may have been lost';
      lost.push({ code: 'events-dropped', message });
    }
    return lost;
  }

  #answer(alert: Alert): void {
    const args = (alert.fields['proc.args'] ?? '').split(' ');
    for (const word of args) {
      this.#beats.delete(word);
      this.#waiting.get(word)?.();
      this.#waiting.delete(word);
    }
  }
}
