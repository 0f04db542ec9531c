import type { InstalledPackage } from '../ecosystems/installed-package.js';
import type { EgressEvidence } from '../egress/evidence.js';
import type { EgressMode } from '../egress/mode.js';
import type { Priority } from '../falco/alert.js';
import type { FoldedAlert } from '../falco/fold.js';
import type { Witnessed } from '../witness/seen.js';
import type { Baseline } from './acceptance/baseline.js';
import type { ProjectBaseline } from './acceptance/project-baseline.js';
import type { ActingMarks } from './attribution/acting-marks.js';
import type { HookReads } from './attribution/files/hook-reads.js';
import type { PackageCodeReads } from './attribution/files/package-code-reads.js';
import type { ProcessTree } from './attribution/processes/process-tree.js';
import type { Behaviours } from './behaviours/usual.js';
import type { Compared } from './changes/compared.js';
import type { PlantedDecoy } from './evidence/decoys.js';
import type { Contacts } from './evidence/egress/contacts.js';
import type { FoundSecrets } from './evidence/found-secrets.js';
import type { LoadMarks } from './evidence/load-groups.js';
import type { ProjectWrites } from './evidence/project-writes.js';
import type { Steps } from './evidence/steps.js';
import type { KnownPackages } from './findings/lowering/known-packages.js';
import type { Phase } from './phase.js';
import type { PhaseStart } from './phase-start.js';
import type { Report } from './report.js';
import type { ScriptCheck } from './scripts/script-check.js';
import type { IncompleteReason } from './verdict/verdict.js';

/** Everything that one attempt at a job has left behind when it ends, whether it succeeded or not. */
export interface Evidence extends EgressEvidence {
  readonly job: { readonly id: string; readonly ecosystem: string; readonly submittedAt: number };
  readonly finishedAt: number;
  readonly containerId: string;
  /** IPv4 address of the sandbox's gateway; null if no sandbox was made. */
  readonly gateway: string | null;
  readonly hostname: string;
  readonly projectDir: string;
  readonly manager: Report['manager'];
  readonly phases: readonly Phase[];
  readonly phaseStarts: readonly PhaseStart[];
  readonly monitoring: Omit<Report['monitoring'], 'proven' | 'witness'>;
  readonly alerts: readonly FoldedAlert[];
  readonly tree: ProcessTree;
  readonly steps: Steps;
  readonly packages: readonly InstalledPackage[];
  readonly disagreements: readonly string[];
  /** The commands in `.bin` folders right after the fetch: the path of each one and the file that it leads to. */
  readonly commands: ReadonlyMap<string, string>;
  /** Absolute paths of the project's own files, as they were submitted. */
  readonly brought: ReadonlySet<string>;
  /** Null if no sandbox was made. */
  readonly egressMode: EgressMode | null;
  readonly contacts: Contacts;
  readonly writes: ProjectWrites;
  /** Which package was being loaded at which time, in processes that load many packages. */
  readonly marks: LoadMarks;
  /** Which package's code was acting at which time, in processes that load or call one package together with its dependencies. */
  readonly acting: ActingMarks;
  /** Which processes opened the code of which packages. */
  readonly codeReads: PackageCodeReads;
  /** Which processes opened files that a package manager would run as hooks in its own process. */
  readonly hookReads: HookReads;
  /** How the fetched and submitted files differ from what they were at first. */
  readonly compared: Compared;
  readonly decoys: readonly PlantedDecoy[];
  /** The decoys' values where packages left them. */
  readonly secrets: FoundSecrets;
  /** What the worker's own witness saw of the decoys. */
  readonly witnessed: Witnessed;
  readonly incomplete: readonly IncompleteReason[];
  /** Null if the job did not ask which scripts are needed. */
  readonly scriptCheck: ScriptCheck | null;
  readonly log: string;
  readonly failOn: Priority;
  readonly known: KnownPackages;
  /** What packages of npm's registry were measured to do. */
  readonly behaviours: Behaviours;
  /** The service's own baseline. */
  readonly baseline: Baseline;
  /** The project's own baseline; null if it has none. */
  readonly projectBaseline: ProjectBaseline | null;
}
