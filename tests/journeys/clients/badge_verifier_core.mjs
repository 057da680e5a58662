// @digitalcredentials/verifier-core: node badge_verifier_core.mjs ORIGIN CREDENTIAL. It speaks https to did:web hosts: the same
// host of ORIGIN is asked by http instead, and nothing else is. Prints what it found as JSON.
import fs from "node:fs";

const [origin, file] = process.argv.slice(2);
console.log = console.error; // the library talks
const elsewhere = [];
const ask = globalThis.fetch;
globalThis.fetch = async (given) => {
  const url = String(given.url ?? given);
  if (new URL(url).host === new URL(origin).host) return ask(url.replace(/^https:/, "http:"));
  elsewhere.push(url);
  return new Response("not from here", { status: 404 });
};
const { verifyCredential } = await import("@digitalcredentials/verifier-core");
const found = await verifyCredential({ credential: JSON.parse(fs.readFileSync(file)), knownDIDRegistries: [] });
const log = Object.fromEntries((found.log ?? []).map((each) => [each.id, each.valid ?? each.error?.name ?? null]));
process.stdout.write(JSON.stringify({
  signature: log.valid_signature ?? null, expiration: log.expiration ?? null, status: log.revocation_status ?? null,
  errors: (found.errors ?? []).map((each) => each.name), elsewhere,
}));
