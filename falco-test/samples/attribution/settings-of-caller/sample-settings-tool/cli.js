#!/usr/bin/env node
const { resolve } = require('node:path');

const at = process.argv.indexOf('-c');
if (at > 0) require(resolve(process.argv[at + 1]));
