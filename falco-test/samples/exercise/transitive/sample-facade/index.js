exports.format = (text) => require('sample-deep')(text);
