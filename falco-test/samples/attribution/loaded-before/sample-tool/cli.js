console.log('sample-tool does nothing');
