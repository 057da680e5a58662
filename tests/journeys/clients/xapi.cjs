// @xapi/xapi against a record store: node xapi.cjs ENDPOINT KEY SECRET VERSION. Prints what it saw as JSON.
const XAPI = require("@xapi/xapi").default || require("@xapi/xapi");
const [endpoint, key, secret, version] = process.argv.slice(2);
const xapi = new XAPI({ endpoint: endpoint + "/", auth: XAPI.toBasicAuth(key, secret), version });
const agent = { objectType: "Agent", account: { homePage: "https://people.example", name: `xapi-${version}` } };
const object = { objectType: "Activity", id: "https://a.example/xapi", definition: { name: { en: "Module", cy: "Modiwl" } } };
const said = (verb) => ({ actor: agent, verb: { id: `http://adlnet.gov/expapi/verbs/${verb}`, display: { en: verb } }, object });

(async () => {
  const seen = {};
  const ids = (await xapi.sendStatements({ statements: [said("initialized"), said("progressed"), said("completed")] })).data;
  const one = (await xapi.getStatement({ statementId: ids[1] })).data;
  seen.one = [one.id === ids[1], one.verb.display.en];
  const pages = [];
  let found = (await xapi.getStatements({ agent, limit: 2 })).data;
  pages.push(found.statements.length);
  while (found.more) {
    found = (await xapi.getMoreStatements({ more: found.more })).data;
    pages.push(found.statements.length);
  }
  seen.pages = pages;
  await xapi.voidStatement({ actor: agent, statementId: ids[0] });
  seen.voided = (await xapi.getVoidedStatement({ voidedStatementId: ids[0] })).data.id === ids[0];
  const where = { agent, activityId: object.id, stateId: "place" };
  await xapi.setState({ ...where, state: { page: 3 } });
  const kept = await xapi.getState(where);
  seen.state = kept.data.page;
  seen.states = (await xapi.getStates({ agent, activityId: object.id })).data;
  await xapi.createAgentProfile({ agent, profileId: "p", profile: { a: 1 }, etag: "*", matchHeader: "If-None-Match" });
  seen.profile = (await xapi.getAgentProfile({ agent, profileId: "p" })).data.a;
  seen.person = (await xapi.getAgent({ agent })).data.objectType;
  seen.activity = (await xapi.getActivity({ activityId: object.id })).data.definition.name.cy;
  seen.speaks = (await xapi.getAbout()).data.version.length > 1;
  console.log(JSON.stringify(seen));
})().catch((fault) => { console.error(fault.response ? fault.response.data : fault); process.exit(1); });
