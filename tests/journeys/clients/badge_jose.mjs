// jose: node badge_jose.mjs ORIGIN TOKEN [NOW]. The key is the one that the header names, and must be of ORIGIN; so must the
// status list, which is asked for as a token and checked too. Prints what it found as JSON.
import fs from "node:fs";
import zlib from "node:zlib";
import { decodeProtectedHeader, importJWK, jwtVerify } from "jose";

const [origin, file, now] = process.argv.slice(2);
const currentDate = now ? new Date(now) : new Date();

async function verified(token) {
  const { kid, alg, typ } = decodeProtectedHeader(token);
  if (!kid.startsWith(`${origin}/keys/`)) throw new Error(`not from here: ${kid}`);
  const answer = await fetch(kid);
  if (answer.status !== 200) throw new Error(`key ${answer.status}`);
  const jwk = await answer.json();
  const set = await (await fetch(`${origin}/.well-known/jwks.json`)).json();
  if (!set.keys.some((each) => each.kid === jwk.kid && each.n === jwk.n)) throw new Error("not in the key set");
  const { payload } = await jwtVerify(token, await importJWK(jwk, "RS256"), { currentDate, algorithms: ["RS256"] });
  return { payload, alg, typ };
}
try {
  const { payload: it, alg, typ } = await verified(fs.readFileSync(file, "utf8").trim());
  const claims = {
    iss: it.iss === it.issuer.id, sub: it.sub === it.credentialSubject.id, jti: it.jti === it.id,
    nbf: it.nbf * 1000 === Date.parse(it.validFrom), exp: (it.exp ?? 0) * 1000 === Date.parse(it.validUntil ?? 0),
  };
  const entry = it.credentialStatus;
  const list = await (await fetch(entry.statusListCredential, { headers: { Accept: "application/vc+jwt" } })).text();
  const { payload: signed } = await verified(list);
  const bits = zlib.gunzipSync(Buffer.from(signed.credentialSubject.encodedList.slice(1), "base64url"));
  const index = Number(entry.statusListIndex);
  const ended = (bits[index >> 3] & (0x80 >> (index & 7))) !== 0;
  console.log(JSON.stringify({ verified: true, alg, typ, claims, ended, bits: bits.length * 8 }));
} catch (fault) {
  console.log(JSON.stringify({ verified: false, error: fault.code ?? fault.message }));
}
