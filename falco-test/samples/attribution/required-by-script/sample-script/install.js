require('sample-required');
