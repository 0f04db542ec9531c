import { PROJECT } from '../../../ecosystems/places.js';
import { isManagerFile } from '../../../ecosystems/recognition/project-files.js';

/** Names of files that tools read automatically in any folder of a project. The tools run their content, or what it names. */
const FILES: readonly RegExp[] = [
  // Runtimes and compilers.
  /^(?:lerna|nx|turbo|deno|tsconfig[\w.-]*|jsconfig)\.jsonc?$|^binding\.gyp$/,
  /^\.(?:envrc|env(?:\.[\w.-]+)?|tool-versions|node-version|nvmrc|ruby-version)$/,
  // Build tools whose settings are programs.
  /^[\w.-]+\.config\.[cm]?[jt]sx?$/,
  /^\.\w+rc(?:\.(?:[cm]?[jt]s|json|ya?ml|toml))?$/,
  /^[\w.-]+\.conf\.[cm]?[jt]sx?$|^(?:truffle-config|ember-cli-build)\.[cm]?js$|^\.dependency-cruiser\.[cm]?js$/,
  /^(?:gulpfile|Gruntfile)\.[\w.]+$/,
  /^(?:angular|project|cdk|vercel|firebase|opencode|dagger)\.jsonc?$|^(?:netlify|fly|foundry|wrangler|pyproject|Cargo|\.?mise)\.toml$/,
  /^(?:serverless|skaffold)\.ya?ml$|^(?:conftest|sitecustomize|usercustomize|setup)\.py$|^(?:build\.rs|Tiltfile|Earthfile|\.bazelrc)$/,
  /^(?:(?:GNU)?[Mm]akefile|Rakefile|Guardfile|Procfile|Justfile|justfile|Vagrantfile|Jenkinsfile|CMakeLists\.txt|Taskfile\.ya?ml)$/,
  /^(?:Dockerfile[\w.-]*|(?:docker-)?compose[\w.-]*\.ya?ml)$/,
  // What test runners and frameworks load from where it lies, whoever put it there.
  /\.(?:test|spec)\.[cm]?[jt]sx?$|^(?:setupTests|(?:jest|vitest)[.-]setup|middleware|instrumentation)\.[cm]?[jt]sx?$/,
  // Editors.
  /^\.(?:devcontainer\.json|nvim\.lua|nvimrc|exrc|vimrc|dir-locals\.el)$/,
  // Git hooks, CI, AI assistants.
  /^\.?lefthook[\w.-]*\.ya?ml$|^\.pre-commit-config\.ya?ml$|^\.git(?:attributes|modules)$/,
  /^(?:\.gitlab-ci|\.travis|\.drone|\.cirrus|appveyor|azure-pipelines|bitbucket-pipelines)\.ya?ml$/,
  /^(?:CLAUDE|AGENTS|GEMINI|copilot-instructions)\.md$|^\.(?:cursorrules|windsurfrules|clinerules|goosehints|aider\.conf\.yml|mcp\.json)$/,
];

/** Folders of a project in which every file is read automatically in this way. */
const FOLDERS =
  /^\.(?:husky|git|github|gitlab|circleci|buildkite|devcontainer|vscode|idea|zed|fleet|cursor|windsurf|claude|gemini|codex|kiro|roo|clinerules|continue|amazonq|junie|opencode|augment|trae|storybook|mise|moon|cargo|config)\//;

/** Folders in which frameworks and test runners take a file for what it is called: a module's stand-in, a route. */
const BY_NAME = /(?:^|\/)(?:__mocks__|(?:pages|app)\/api|server\/(?:api|routes|middleware|plugins))\//;

/**
 * Whether a file of the project, new or existing, is one that tools take instructions from: build settings, hooks, lock files,
 * the package manager's settings. A dependency that writes one changes what the project does from then on.
 */
export function isProjectSetting(path: string): boolean {
  if (!path.startsWith(`${PROJECT}/`)) return false;
  const relative = path.slice(PROJECT.length + 1);
  if (isManagerFile(relative)) return true;
  if (relative.includes('node_modules/')) return false;
  const name = relative.slice(relative.lastIndexOf('/') + 1);
  return FOLDERS.test(relative) || BY_NAME.test(relative) || FILES.some((pattern) => pattern.test(name));
}
