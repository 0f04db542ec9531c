import { readFileSync } from 'node:fs';

// Adds up vitest's JSON results into one line: `N passed, N failed, N skipped`.
const results = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')));
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed, ${sum('numPendingTests')} skipped`);
