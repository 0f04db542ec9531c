import { ComponentType, ExternalReferenceType } from '@cyclonedx/cyclonedx-library/Enums';
import {
  Component,
  ExternalReference,
  ExternalReferenceRepository,
  HashDictionary,
} from '@cyclonedx/cyclonedx-library/Models';
import type { PurlForm } from '../../../ecosystems/manager.js';
import type { InstalledRow, Report } from '../../report.js';
import { cut, plain } from '../../text/plain.js';
import { repositoryOf, urlOf } from './addresses.js';
import { hashesOf } from './hashes.js';
import { properties } from './properties.js';
import { purlOf, splitName } from './purl.js';

const MAX_CHARS = 256;
const MAX_RULES = 10;

/** What is needed about a package in addition to its row. */
export interface ComponentContext {
  readonly form: PurlForm;
  /** The component's unique reference in the document. */
  readonly bomRef: string;
  /** The rules of the package's findings. */
  readonly rules: readonly string[];
}

/** An installed package as a CycloneDX component. */
export function componentOf(row: InstalledRow, { form, bomRef, rules }: ComponentContext): Component {
  const [group, name] = splitName(row.name);
  const hashes = row.integrity === null ? [] : (hashesOf(row.integrity) ?? []);
  const references = referencesOf(row);
  const purl = purlOf(row, form);
  return new Component(ComponentType.Library, shown(name), {
    ...(group === null ? {} : { group: shown(group) }),
    ...(purl === undefined ? {} : { purl }),
    version: shown(row.version),
    bomRef,
    hashes: new HashDictionary(hashes),
    externalReferences: new ExternalReferenceRepository(references),
    properties: properties([
      ['from', row.from],
      ['folder', row.folder],
      ['calledItself', row.calledItself],
      // Only if no member of CycloneDX contains the same.
      ['resolved', references.length === 0 ? row.resolved : null],
      ['integrity', hashes.length === 0 ? row.integrity : null],
      ['verdict', rules.length === 0 ? null : 'findings'],
      ...rules.slice(0, MAX_RULES).map((rule) => ['finding', rule] as const),
    ]),
  });
}

/** The project itself, as the component that the document describes. */
export function projectComponent(project: Report['project'], bomRef: string): Component {
  const { name, version } = project ?? { name: '', version: '' };
  const [group, ownName] = splitName(name);
  return new Component(ComponentType.Application, shown(ownName) || 'project', {
    ...(group === null ? {} : { group: shown(group) }),
    version: shown(version),
    bomRef,
  });
}

function shown(text: string): string {
  return cut(plain(text), MAX_CHARS);
}

function referencesOf({ from, resolved }: InstalledRow): readonly ExternalReference[] {
  if (resolved === null) return [];
  const isGit = from === 'git';
  const url = isGit ? repositoryOf(resolved) : urlOf(resolved);
  if (url === undefined) return [];
  return [new ExternalReference(url, isGit ? ExternalReferenceType.VCS : ExternalReferenceType.Distribution)];
}
