module.exports = 'sample-tool';
