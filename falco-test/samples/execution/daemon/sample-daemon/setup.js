// Leaves a process behind (sleep, for a few seconds).
const { spawn } = require('node:child_process');

spawn('sleep', ['5'], { detached: true, stdio: 'ignore' }).unref();
