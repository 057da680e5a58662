// @rusticisoftware/cmi5 as a unit that was launched: node rustici_cmi5.cjs URL SCALED. Prints what it was told as JSON.
globalThis.self = globalThis;
const library = require("@rusticisoftware/cmi5");
const Cmi5 = library.default || library;
const [url, scaled] = process.argv.slice(2);

(async () => {
  const unit = new Cmi5(url);
  await unit.start();
  const seen = {
    mode: unit.getLaunchMode(), back: unit.getReturnURL(), mastery: unit.getMasteryScore(), moveOn: unit.getMoveOn(),
    language: unit.getLanguagePreference(), parameters: unit.getLaunchParameters(),
  };
  await Promise.all([unit.passed({ scaled: Number(scaled) }), unit.completed()]);
  const again = await unit.completed().then(() => "kept", () => "refused");
  await unit.terminate();
  console.log(JSON.stringify({ ...seen, again }));
})().catch((fault) => { console.error(fault); process.exit(1); });
