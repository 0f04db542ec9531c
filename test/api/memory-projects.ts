import type { EarlierThan, Place, Project, ProjectIndex, ProjectRun, RunQuery } from '../../src/jobs/projects/ports.js';
import type { Summary } from '../../src/report/compare/summary.js';

/** Projects of one process, for tests of what stands in front of them. */
export class MemoryProjects implements ProjectIndex {
  readonly #projects = new Map<string, Project>();
  readonly #runs = new Map<string, { readonly run: ProjectRun; readonly summary: Summary | null }>();

  async latest(place: Place, { before, commit }: EarlierThan): Promise<Summary | 'unreadable' | undefined> {
    const kept = this.#newest().filter(({ run, summary }) => {
      const isOther = commit === null || summary?.commit !== commit;
      return run.submittedAt < before && summary !== null && isOther && placeKey(run) === placeKey(place);
    });
    return kept[0]?.summary ?? undefined;
  }

  async parts(project: string): Promise<readonly Place[]> {
    const kept = this.#newest().filter(({ run, summary }) => run.project === project && summary !== null);
    const places = kept.map(({ run: { part, line } }) => ({ project, part, line }));
    return [...new Map(places.map((place) => [placeKey(place), place])).values()];
  }

  async record(project: Project, run: ProjectRun, summary: Summary | null): Promise<void> {
    this.#projects.set(project.id, project);
    this.#runs.set(run.job, { run, summary });
  }

  async projects(owner: string | null | undefined, limit: number): Promise<readonly Project[]> {
    const own = [...this.#projects.values()].filter((project) => owner === undefined || project.owner === owner);
    return own.sort((a, b) => b.lastRunAt - a.lastRunAt).slice(0, limit);
  }

  async project(id: string): Promise<Project | undefined> {
    return this.#projects.get(id);
  }

  async runs(project: string, { before, limit }: RunQuery): Promise<readonly ProjectRun[]> {
    const own = this.#newest().filter(({ run }) => run.project === project && run.submittedAt < before);
    return own.map(({ run }) => run).slice(0, limit);
  }

  async forget(job: string): Promise<void> {
    this.#runs.delete(job);
  }

  #newest() {
    return [...this.#runs.values()].sort((a, b) => b.run.submittedAt - a.run.submittedAt);
  }
}

function placeKey({ project, part, line }: Place): string {
  return JSON.stringify([project, part, line]);
}
