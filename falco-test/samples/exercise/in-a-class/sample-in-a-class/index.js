// Where nobody comes who only calls functions: a method of an instance, what a generator does when it is asked for more.
const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');

const read = (file) => readFileSync(`${homedir()}/${file}`);

class Client {
  connect() {
    read('.ssh/id_rsa');
  }
}
exports.create = () => new Client();
exports.pages = async function* () {
  yield 1;
  yield 2;
  read('.bash_history');
};
