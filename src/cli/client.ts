#!/usr/bin/env node
import { CLIENT_COMMANDS } from './client-commands.js';
import { runProgram } from './program.js';

// The entry of the command line that a service hands out: scripts/build-client.mjs makes one file set of it, without dependencies.
await runProgram(CLIENT_COMMANDS);
