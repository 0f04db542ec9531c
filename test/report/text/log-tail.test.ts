import { describe, expect, it } from 'vitest';
import { errorLines, lastLines } from '../../../src/report/text/log-tail.js';

/** The frame that `npx only-allow pnpm` prints. */
const BOX = `npm notice run 'only-allow' pnpm
\u001b[31m╔═══════════════════════════════════╗
║   \u001b[0m                           \u001b[31m   ║
║   \u001b[0mUse "pnpm install" for installation in this project.\u001b[31m   ║
║   \u001b[0m                           \u001b[31m   ║
║   \u001b[0mIf you don't have pnpm, install it via "npm i -g pnpm".\u001b[31m║
║   \u001b[0mFor more details, go to https://pnpm.io/\u001b[31m   ║
║   \u001b[0m                           \u001b[31m   ║
╚═══════════════════════════════════╝\u001b[0m
preinstall script ended with exit code 1: npx only-allow pnpm
`;

describe('the end of a log', () => {
  it('is the text in a frame, not the frame', () => {
    expect(lastLines(BOX)).toBe(
      'Use "pnpm install" for installation in this project. | If you don\'t have pnpm, install it via "npm i -g pnpm". | For more details, go to https://pnpm.io/ | preinstall script ended with exit code 1: npx only-allow pnpm',
    );
  });

  it.each([
    ['what is drawn alone', 'a\n────\n▓▓▓░░░\n│ │\n'],
    ['colours', '\u001b[31ma\u001b[0m\n'],
    ['empty lines', '\n\na\n\t\n'],
  ])('leaves out %s', (_case, log) => {
    expect(lastLines(log)).toBe('a');
  });

  it('has a space for a tab', () => {
    expect(lastLines('Wanted:\ta\n')).toBe('Wanted: a');
  });

  it('keeps a line that is not framed as it is', () => {
    expect(lastLines('➤ YN0035: │ not found\n| a | b |\n')).toBe('➤ YN0035: │ not found | | a | b |');
  });
});

describe('what looks like an error in a log', () => {
  it.each([
    [
      'the first such line and what follows',
      'one\nfatal: no such repository\ntwo\n',
      'fatal: no such repository | two',
    ],
    [
      'without the frames of a stack',
      "Error: Cannot find module 'x'\n    at Module._resolveFilename (node:internal/modules/cjs/loader:1:1)\n    at require (a.js:1:2)\nNode.js v22\n",
      "Error: Cannot find module 'x' | Node.js v22",
    ],
    ['else the end', '1\n2\n3\n4\n5\n', '2 | 3 | 4 | 5'],
    ['nothing of nothing', '', ''],
  ])('%s', (_case, log, expected) => {
    expect(errorLines(log)).toBe(expected);
  });
});
