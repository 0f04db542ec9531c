// Asks the C library for a name; its settings (RES_OPTIONS) have it ask over TCP.
require('node:dns').lookup('harmless.invalid', () => {});
