const { execSync } = require('node:child_process');
const { readdirSync, readFileSync } = require('node:fs');
const { hostname, networkInterfaces, userInfo } = require('node:os');

// What can be read of the machine, in which the name must not stand.
const text = [JSON.stringify([process.env, hostname(), userInfo(), networkInterfaces()])];
const files = ['mounts', 'self/mountinfo', 'self/cgroup', '1/cmdline', 'self/cmdline', 'cmdline'].map((file) => `/proc/${file}`);
files.push('/etc/hosts', '/etc/resolv.conf', '/etc/passwd', '/etc/hostname', ...processes('cmdline'), ...processes('environ'));
for (const file of files) {
  try {
    text.push(`${file}: ${readFileSync(file, 'latin1')}`);
  } catch {
    // Not ours to read.
  }
}
text.push(execSync('find / -xdev -not -path "/proc/*" 2>/dev/null | head -200000', { maxBuffer: 64 * 1024 * 1024 }).toString());
const lines = text.join('\n').split(/[\n\0]/);
console.log(`stands in: ${JSON.stringify(lines.filter((line) => /pack.?warden/i.test(line)).map((line) => line.slice(0, 300)))}`);
execSync('ls /opt/packwarden || true');

function processes(file) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => `/proc/${pid}/${file}`);
}
