import { ComponentType } from '@cyclonedx/cyclonedx-library/Enums';
import { Bom, Component, ComponentRepository, Metadata, Tools } from '@cyclonedx/cyclonedx-library/Models';
import { JSON as Json } from '@cyclonedx/cyclonedx-library/Serialize';
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec';
import { groupByPackage } from '../../findings/groups.js';
import { reportedManager } from '../../parts/reported-manager.js';
import type { InstalledRow, Report } from '../../report.js';
import { specOf } from '../../spec.js';
import { cut, plain } from '../../text/plain.js';
import { toJson } from '../format.js';
import { componentOf, projectComponent } from './component.js';
import { properties } from './properties.js';

const PROJECT_REF = '.';
const MAX_REF_CHARS = 300;
const MAX_DISAGREEMENTS = 50;
const MAX_REASONS = 20;

/** Everything that was installed, as found before any code of it ran. The same job always gives the same document. */
export function cyclonedxDocument(report: Report, version: string): string {
  const bom = new Bom({ serialNumber: `urn:uuid:${report.id.toLowerCase()}`, metadata: metadataOf(report, version) });
  const { installed = [], project } = report;
  const components = componentsOf(report, installed);
  for (const component of components) bom.components.add(component);
  link(bom.metadata.component, project?.dependsOn, components);
  for (const [at, { dependsOn }] of installed.entries()) link(components[at], dependsOn, components);
  const document = new Json.Normalize.Factory(Spec1dot6).makeForBom().normalize(bom, {});
  const isGraphKnown = [project, ...installed].every((one) => one?.dependsOn !== undefined);
  // A component without listed dependencies means that it has none. If they are not all known, the whole list is left out.
  return toJson(isGraphKnown ? document : { ...document, dependencies: undefined });
}

function metadataOf(report: Report, version: string): Metadata {
  const { manager, verdict, incomplete, disagreements = [] } = report;
  return new Metadata({
    timestamp: new Date(report.finishedAt),
    tools: new Tools({
      components: new ComponentRepository([new Component(ComponentType.Application, 'Packwarden', { version })]),
    }),
    component: projectComponent(report.project, PROJECT_REF),
    properties: properties([
      ['verdict', verdict],
      ...incomplete.slice(0, MAX_REASONS).map(({ code, message }) => ['incomplete', `${message} (${code})`] as const),
      ['manager', manager && `${manager.name} ${manager.version}`],
      ...disagreements.slice(0, MAX_DISAGREEMENTS).map((words) => ['disagreement', words] as const),
    ]),
  });
}

function componentsOf(report: Report, installed: readonly InstalledRow[]): readonly Component[] {
  const form = reportedManager(report).purl;
  const rules = rulesByPackage(report);
  const refs = new Set([PROJECT_REF]);
  return installed.map((row, at) => {
    let bomRef = cut(plain(row.folder), MAX_REF_CHARS);
    while (bomRef === '' || refs.has(bomRef)) bomRef += `#${at}`;
    refs.add(bomRef);
    return componentOf(row, { form, bomRef, rules: rules.get(specOf(row)) ?? [] });
  });
}

function rulesByPackage({ findings }: Report): ReadonlyMap<string, readonly string[]> {
  const groups = groupByPackage(findings).map(({ package: by, findings: its }) => {
    const rules = new Set(its.map(({ priority, rule }) => `${priority} ${rule}`));
    return [by === null ? '' : specOf(by), [...rules]] as const;
  });
  return new Map(groups);
}

function link(
  component: Component | undefined,
  dependsOn: readonly number[] | undefined,
  components: readonly Component[],
): void {
  for (const at of dependsOn ?? []) {
    const other = components[at];
    if (other !== undefined) component?.dependencies.add(other.bomRef);
  }
}
