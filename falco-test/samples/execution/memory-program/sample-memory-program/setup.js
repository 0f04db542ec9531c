// Runs a program (a copy of true) from a memory file.
const { spawnSync } = require('node:child_process');

const program = `
import os
fd = os.memfd_create('sample')
os.write(fd, open('/bin/true', 'rb').read())
os.execv('/proc/self/fd/%d' % fd, ['sample'])
`;
spawnSync('python3', ['-c', program]);
