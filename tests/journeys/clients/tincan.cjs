// TinCanJS against a record store: node tincan.cjs ENDPOINT KEY SECRET. Prints what it saw as JSON.
const TinCan = require("tincanjs");
const [endpoint, username, password] = process.argv.slice(2);
const store = new TinCan.LRS({ endpoint: endpoint + "/", username, password, allowFail: false });
const call = (name, what, options = {}) =>
  new Promise((done, fail) => {
    const callback = (fault, found) => (fault ? fail(new Error(`${name}: ${fault} ${found && found.responseText}`)) : done(found));
    if (options.what !== undefined) store[name](what, options.what, { ...options, callback });
    else store[name](what, { ...options, callback });
  });
const agent = new TinCan.Agent({ account: { homePage: "https://people.example", name: "tincan" }, name: "Siân" });
const activity = new TinCan.Activity({ id: "https://a.example/tincan", definition: { name: { en: "Module", cy: "Modiwl" } } });
const said = (verb, more = {}) =>
  new TinCan.Statement({ actor: agent, verb: { id: `http://adlnet.gov/expapi/verbs/${verb}` }, target: activity, ...more });
const read = (name, given) =>
  new Promise((done, fail) => store[name]({ ...given, callback: (fault, found) => (fault ? fail(new Error(name)) : done(found)) }));

(async () => {
  const seen = {};
  const sent = [said("initialized"), said("progressed"), said("completed", { result: { completion: true, duration: "PT1M30.5S" } })];
  await new Promise((done, fail) => store.saveStatements(sent, { callback: (fault, xhr) => (fault ? fail(new Error(xhr.responseText)) : done()) }));
  const one = await call("retrieveStatement", sent[2].id);
  seen.one = [one.id === sent[2].id, one.result.duration, one.target.definition.name.cy];
  const pages = [];
  let found = await read("queryStatements", { params: { agent, limit: 2 } });
  pages.push(found.statements.length);
  while (found.more) {
    found = await read("moreStatements", { url: found.more });
    pages.push(found.statements.length);
  }
  seen.pages = pages;
  const content = Buffer.from("\r\n--evidence\r\n"); // text: this client reads answers as text
  const attachment = new TinCan.Attachment({ usageType: "https://a.example/evidence", display: { en: "Evidence" }, contentType: "application/octet-stream" });
  attachment.setContent(new Uint8Array(content).buffer);
  const attached = said("attached", { attachments: [attachment] });
  await call("saveStatement", attached);
  const back = await call("retrieveStatement", attached.id, { params: { attachments: true } });
  seen.attachment = Buffer.from(back.attachments[0].content).equals(content);
  const where = { agent, activity };
  await call("saveState", "place", { ...where, what: { page: 3 }, contentType: "application/json" });
  const state = await call("retrieveState", "place", where);
  seen.state = [state.contents.page, state.etag.length > 10];
  await call("saveState", "place", { ...where, what: { page: 4 }, contentType: "application/json", lastSHA1: state.etag });
  seen.again = (await call("retrieveState", "place", where)).contents.page;
  seen.stale = await call("saveActivityProfile", "shared", { what: "{}", activity, contentType: "application/json", lastSHA1: "0".repeat(40) }).then(() => "kept", () => "refused");
  await call("dropState", "place", where);
  const voiding = new TinCan.Statement({ actor: agent, verb: { id: "http://adlnet.gov/expapi/verbs/voided" }, object: { objectType: "StatementRef", id: sent[0].id } });
  await call("saveStatement", voiding);
  seen.voided = (await call("retrieveVoidedStatement", sent[0].id)).id === sent[0].id;
  console.log(JSON.stringify(seen));
})().catch((fault) => { console.error(fault); process.exit(1); });
