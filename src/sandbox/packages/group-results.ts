import { z } from 'zod';

const index = z.number().int().nonnegative();
const lineSchema = z.object({ group: index, at: index, error: z.string().max(4096).nullable() });

/** The results of packages that were loaded together in one process. */
export interface GroupResults {
  /** Folders of the packages with a result, loaded or not: type definitions and command line tools can't be loaded. */
  readonly ended: ReadonlySet<string>;
  /** How many of them could be loaded. */
  readonly worked: number;
  /** Null if the output contains nothing unexpected. */
  readonly problem: string | null;
}

/** Parses the output of `image/opt/load-together.mjs`. Never throws: malformed lines are a problem of the run. */
export function readGroupResults(output: string, groups: readonly (readonly string[])[]): GroupResults {
  const ended = new Set<string>();
  let worked = 0;
  let problem: string | null = null;
  for (const line of output.split('\n').filter((candidate) => candidate !== '')) {
    const parsed = parseLine(line);
    const folder = parsed && groups[parsed.group]?.[parsed.at];
    if (parsed === undefined || folder === undefined)
      problem ??= 'the loader reported something that was not requested';
    else if (ended.has(folder)) problem ??= `two results came for ${folder}`;
    else {
      ended.add(folder);
      if (parsed.error === null) worked += 1;
    }
  }
  return { ended, worked, problem };
}

function parseLine(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
