// @xapi/cmi5 as a unit that was launched: node xapi_cmi5.cjs URL SCALED. It is made for browsers; here is what it asks of one.
const [url, scaled] = process.argv.slice(2);
globalThis.XMLHttpRequest = require("xhr2");
globalThis.window = { location: { search: new URL(url).search, href: url } };
globalThis.location = globalThis.window.location;
const library = require("./node_modules/@xapi/cmi5/dist/Cmi5.umd.js");
const Cmi5 = library.default || library;

(async () => {
  const unit = Cmi5.instance;
  await unit.initialize();
  const data = unit.launchData;
  await unit.progress(50);
  await unit.pass(Number(scaled));
  await unit.complete();
  const stopped = await unit.terminate().then(() => true);
  const late = await unit.complete().then(() => "kept", () => "refused");
  console.log(JSON.stringify({ mode: data.launchMode, moveOn: data.moveOn, mastery: data.masteryScore ?? null, stopped, late }));
})().catch((fault) => { console.error(fault.response ? fault.response.data : fault); process.exit(1); });
