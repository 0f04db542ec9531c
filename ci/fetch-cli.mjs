import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
const [service, file] = process.argv.slice(-2);
const { PACKWARDEN_RETRY_FOR: retryFor, PACKWARDEN_CLI_INTEGRITY: pinned } = process.env;
const until = Date.now() + Number(retryFor || 120) * 1000;
const fail = (why) => { console.error(`packwarden: ${why}`); process.exit(2); };
const fetched = async () => {
  const answer = await fetch(`${service}/cli.tgz`, { redirect: "error" });
  if (answer.ok) return Buffer.from(await answer.arrayBuffer());
  if ([429, 502, 503, 504].includes(answer.status)) throw new Error(`it answers ${answer.status}`);
  return fail(`${service}/cli.tgz: the service answers ${answer.status}`);
};
for (let pause = 1; ; pause = Math.min(pause * 2, 8)) {
  const bytes = await fetched().catch((error) => error);
  if (bytes instanceof Error) {
    const why = `no service answers at ${service}: ${bytes.cause?.message ?? bytes.message}`;
    if (Date.now() + pause * 1000 > until) fail(why);
    console.error(`packwarden: ${why}; retrying in ${pause} s`);
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    continue;
  }
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  if (pinned && pinned !== integrity) fail(`${service}/cli.tgz is ${integrity}, PACKWARDEN_CLI_INTEGRITY says ${pinned}`);
  writeFileSync(file, bytes);
  break;
}
