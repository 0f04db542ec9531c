#!/usr/bin/env node
import { COMMANDS } from './commands.js';
import { runProgram } from './program.js';

await runProgram(COMMANDS);
