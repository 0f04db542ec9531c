#!/usr/bin/env node
import { CLIENT_COMMANDS } from './client-commands.js';
import { runProgram } from './frame/program.js';

// Entry point of the client that a service offers for download: scripts/build-client.mjs bundles it without dependencies.
await runProgram(CLIENT_COMMANDS);
