import type { InstalledPackage } from '../../../ecosystems/installed-package.js';
import { alertTimeNs, isAtLeast, type Priority } from '../../../falco/alert.js';
import { touchedFiles } from '../../evidence/touched-files.js';
import type { Finding } from '../../finding.js';
import { samePlace } from '../../findings/same-place.js';
import { subjectOf } from '../../findings/subject.js';
import { packageKey } from '../../spec.js';
import { type AlertData, changerOf, type Written } from '../actor.js';
import { type Actors, alertOf, attribute } from '../attribution.js';

const SAME_ALONE = 'it does the same when it is loaded alone, where it is reported';

/**
 * The package whose code acted while a package was loaded or called, according to the marks, and the other packages present in that
 * process.
 */
export interface Named {
  readonly by: InstalledPackage;
  readonly owner: InstalledPackage;
  readonly orBy: readonly InstalledPackage[];
}

/**
 * Attributes findings to the package whose code acted, if code of several packages ran in the process that loads or calls one of them.
 * Hostile code in that process can forge marks. Therefore exceptions for honest behaviour are decided earlier, for the package that was
 * loaded, and a finding of at least `failOn` lists every package that was present. If a package does the same when it is loaded alone, only
 * that finding keeps its priority.
 */
export function nameActing(
  findings: readonly Finding[],
  actors: Actors,
  { failOn, ...written }: Written & { readonly failOn: Priority },
): readonly Finding[] {
  const named = findings.map((finding) => renamed(finding, actors, written, isAtLeast(finding.priority, failOn)));
  const alone = new Map(named.filter(isAlone).map((finding) => [doingOf(finding), finding]));
  return named.map((finding) => {
    const same = finding.ranBy === undefined || finding.orBy === undefined ? undefined : alone.get(doingOf(finding));
    const isTold = same !== undefined && finding.known === undefined && isAtLeast(same.priority, finding.priority);
    return isTold ? { ...finding, priority: 'NOTICE', known: SAME_ALONE } : finding;
  });
}

function renamed(finding: Finding, actors: Actors, written: Written, isJudged: boolean): Finding {
  const { packages } = actors;
  const { package: loaded, ranBy } = finding;
  const named = loaded === null || ranBy !== undefined ? undefined : namedBy(alertOf(finding), actors, written);
  // If other evidence (a compared change, the file that a program ran) already named another package, it is stronger than a mark.
  if (loaded === null || named === undefined) return finding;
  if (packageKey(loaded) !== packageKey(packages.ref(named.owner))) return finding;
  const { by, owner, orBy } = named;
  const doubted = isJudged ? orBy : orBy.filter((other) => other === owner);
  const others = [...doubted.map((other) => packages.ref(other)), ...(finding.orBy ?? [])];
  return {
    ...finding,
    package: packages.ref(by),
    ...(by === owner ? {} : { ranBy: packages.ref(owner) }),
    ...(others.length === 0 ? {} : { orBy: others }),
  };
}

/** The package whose code acted while a package was loaded or called; undefined if no mark shows it. */
export function namedBy(alert: AlertData, actors: Actors, { foreignWrites, planted }: Written): Named | undefined {
  const { packages, acting } = actors;
  const { step, owner, loader } = attribute(alert, actors);
  if (step?.secret === undefined || owner === undefined || loader === undefined) return undefined;
  const subjects = [...touchedFiles(alert), alert.fields['egress.host'] ?? ''];
  const said = acting?.at({ ...loader, secret: step.secret, subjects });
  if (said === undefined) return undefined;
  // Any package may have put files into the project's folder, so a mark for that folder does not identify a package. A module that belongs
  // to no package is the code of the package that put it there.
  const codeIn = (folder: string): InstalledPackage | undefined => {
    const pkg = packages.owning(folder);
    return pkg === packages.root ? planted.planterIn(folder, alertTimeNs(alert)) : pkg;
  };
  const by = changerOf(codeIn(said.folder) ?? owner, loader.time, foreignWrites);
  const present = new Set([owner, ...said.present.flatMap((folder) => codeIn(folder) ?? [])]);
  present.delete(by);
  return { by, owner, orBy: [...present] };
}

function isAlone({ package: by, ranBy, phase }: Finding): boolean {
  return by !== null && ranBy === undefined && (phase === 'import' || phase === 'execute' || phase === 'later');
}

/** Key of a finding: one package, one rule, one place. */
function doingOf(finding: Finding): string {
  const parts = finding.parts?.map(({ rule, subject }) => `${rule}\0${subject}`) ?? [];
  return JSON.stringify([finding.package?.path, finding.rule, samePlace(subjectOf(finding)), parts.toSorted()]);
}
