import { describe, expect, it } from 'vitest';
import { reportOf, submit } from '../../support/client.js';
import { runningService } from '../../support/running-service.js';
import { packProject } from '../../support/tarballs.js';

const service = runningService({ PACKWARDEN_PROJECT_BASELINE: 'on' });

const RULE = 'Read of an SSH key';
const LOOK = "try { require('node:fs').readFileSync('/home/ci/.ssh/id_rsa') } catch {}";
const accepting = (name: string): string =>
  `accept: [{ rule: ${RULE}, package: ${name}, version: 1.0.0, reason: signs our build, expires: 2099-01-01 }]\n`;

/** Packages that read a key on install, each with a baseline of its own in which it accepts that, and the project's. */
function projectWith(names: readonly string[]): Promise<Buffer> {
  const files: Record<string, string | object> = {
    'package.json': {
      name: 'app',
      version: '1.0.0',
      dependencies: Object.fromEntries(names.map((name) => [name, `file:lib/${name}`])),
      // The project may write it, but not any more to any effect.
      scripts: { postinstall: `cp lib/${names.at(-1)}/packwarden.yaml packwarden.yaml` },
    },
    'packwarden.yaml': accepting('signer'),
  };
  for (const name of names) {
    files[`lib/${name}/package.json`] = { name, version: '1.0.0', scripts: { postinstall: 'node look.js' } };
    files[`lib/${name}/look.js`] = LOOK;
    files[`lib/${name}/packwarden.yaml`] = accepting(name);
  }
  return packProject(files);
}

describe("a project's packwarden.yaml", () => {
  it.each([
    ['accepts what it names', ['signer'], 'clean', []],
    ['and nothing that a dependency names in its own', ['signer', 'thief'], 'findings', [[RULE, 'thief']]],
  ] as const)('%s', async (_what, names, verdict, found) => {
    const id = await submit(service.url, await projectWith(names));
    const report = await reportOf(service.url, id);
    expect(report.verdict).toBe(verdict);
    expect(report.findings.map(({ rule, package: by }) => [rule, by?.name])).toEqual(found);
    expect(report.observations).toContainEqual(
      expect.objectContaining({
        rule: RULE,
        package: expect.objectContaining({ name: 'signer' }),
        accepted: { by: 'project', reason: 'signs our build', expires: '2099-01-01' },
      }),
    );
    expect(report.projectBaseline).toEqual({ problem: null, accepted: 1, refused: 0 });
    const text = await (await fetch(`${service.url}/v1/jobs/${id}/report?format=text`)).text();
    expect(text.split(/^Verdict: .*\n/m)[1]?.split('\n')[0]).toContain(
      "1 finding accepted by the project's packwarden.yaml",
    );
    const page = await (await fetch(`${service.url}/jobs/${id}`)).text();
    expect(page).toContain('1 finding accepted by the project');
    expect(page).toContain('accepted by the project until 2099-01-01');
  });
});
