module.exports = require('sample-called');
