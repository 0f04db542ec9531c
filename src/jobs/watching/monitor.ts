import { type Alert, alertTimeNs } from '../../falco/alert.js';
import { AlertFold, type FoldedAlert } from '../../falco/fold.js';
import type { AlertSink } from '../../falco/hub.js';
import { ActingMarks } from '../../report/attribution/acting-marks.js';
import { HookReads, MANAGER_READ_RULE } from '../../report/attribution/files/hook-reads.js';
import { PACKAGE_CODE_RULE, PackageCodeReads } from '../../report/attribution/files/package-code-reads.js';
import {
  ENVIRONMENT_RULE,
  FORK_RULE,
  ProcessTree,
  TRACE_RULE,
} from '../../report/attribution/processes/process-tree.js';
import { CONTACT_RULES, Contacts } from '../../report/evidence/egress/contacts.js';
import { LoadMarks, MARK_RULE } from '../../report/evidence/load-groups.js';
import { CODE_READ_RULE, ProjectWrites, WRITE_RULE } from '../../report/evidence/project-writes.js';
import type { IncompleteReason } from '../../report/verdict/verdict.js';

/** The rule of `rules/packwarden_plumbing.yaml` that answers a canary. */
export const CANARY_RULE = 'Packwarden canary';

/** The rules whose alerts build the process tree. */
const TREE_RULES: ReadonlySet<string> = new Set([TRACE_RULE, ENVIRONMENT_RULE, FORK_RULE]);

/** The marker in a canary's command line. Its nonce is unguessable, so that a package can't fake a canary. */
export function canaryMarker(nonce: string): string {
  return `ci-check:${nonce}`;
}

/** Collects everything that the alert source reports about one sandbox: canaries, processes, alerts, and the source's own failures. */
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
  /** Markers of the heartbeat's test processes whose alert has not arrived. */
  readonly #beats = new Set<string>();
  readonly #interruptions: string[] = [];
  #arrived = 0;
  #lastEventMs = 0;
  #drops = 0;
  #missing = 0;
  #beatsBroken = false;
  #isNumbered = false;
  #isCounting = false;
  #keepsWrites = false;

  /**
   * From now on alerts count. Before the opening canary's alert no code of the project has run: earlier alerts come from the
   * engine's and our own set-up of the sandbox.
   */
  startCounting(): void {
    this.#isCounting = true;
  }

  /** From now on writes are recorded. Earlier ones are the package manager's, which writes every file. */
  keepWrites(): void {
    this.#keepsWrites = true;
  }

  alert(alert: Alert): void {
    this.#arrived += 1;
    this.#lastEventMs = Number(alertTimeNs(alert) / 1_000_000n);
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
    if (alert.rule === MANAGER_READ_RULE) {
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
    if (this.#isCounting) this.#fold.add(alert);
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

  /** Number of events and alerts that are known to be lost. */
  get drops(): number {
    return this.#drops + this.#missing;
  }

  /** Number of alerts that have arrived so far, those of our own rules included. */
  get arrived(): number {
    return this.#arrived;
  }

  /** When the event of the last alert happened, in milliseconds since 1970; 0 before the first alert. */
  get lastEventMs(): number {
    return this.#lastEventMs;
  }

  get alerts(): readonly FoldedAlert[] {
    return this.#fold.entries();
  }

  /** Resolves when the canary's alert has arrived. Never rejects: the caller sets the deadline. */
  canary(nonce: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(canaryMarker(nonce), resolve));
  }

  /** Whether the source numbers its alerts, so that missing ones are noticed. */
  get isNumbered(): boolean {
    return this.#isNumbered;
  }

  /** Makes the marker of a test process whose alert must arrive before the closing canary's. */
  expectBeat(nonce: string): string {
    const marker = canaryMarker(nonce);
    this.#beats.add(marker);
    return marker;
  }

  /** How many of these alerts have not arrived. */
  get unseenBeats(): number {
    return this.#beats.size;
  }

  /** Called when test processes could not be run all the time, so that lost alerts may have gone unnoticed. */
  beatsBroken(): void {
    this.#beatsBroken = true;
  }

  /** Why this sandbox was not watched in full; empty when it was. */
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
      faults.push({
        code: 'alerts-overflowed',
        message: `there were ${overflow} more different alerts than a report can hold`,
      });
    }
    return faults;
  }

  #lost(): readonly IncompleteReason[] {
    const lost: IncompleteReason[] = [];
    if (this.#missing > 0) {
      const message = `${this.#missing} alerts of this sandbox did not arrive: another program may be reading the alert source, too`;
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
