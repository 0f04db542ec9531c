module.exports = 'sample-script';
