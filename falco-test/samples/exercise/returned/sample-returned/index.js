// Three places in which real plugins act: a server's handler, a build's last hook behind a promise, a static method that is not enumerable.
const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');

const read = (file) => readFileSync(`${homedir()}/${file}`);

exports.handler = () => (_request, _response, next) => {
  read('.ssh/id_rsa');
  next();
};
exports.plugin = async () => ({
  name: 'sample',
  closeBundle() {
    read('.bash_history');
  },
});
exports.Client = class {
  static connect() {
    read('.config/google-chrome/Default/Login Data');
  }
};
for (let at = 0; at < 70; at += 1) exports[`f${at}`] = () => at;
