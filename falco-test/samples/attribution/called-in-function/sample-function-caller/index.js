const read = require('sample-function');

module.exports = () => read('sample-function-caller');
