#!/usr/bin/env node
import { COMMANDS } from './commands.js';
import { runProgram } from './frame/program.js';

await runProgram(COMMANDS);
