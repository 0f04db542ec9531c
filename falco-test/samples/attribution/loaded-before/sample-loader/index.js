module.exports = 'sample-loader';
