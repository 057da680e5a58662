/* A session as cmi5 (Quartz) asks for: fetch once, read the launch data and preferences, say initialized, and at last terminated. */
const CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/";
const ADL = "http://adlnet.gov/expapi/verbs/";

class Session {
  constructor(query) {
    this.endpoint = query.get("endpoint").replace(/\/*$/, "/");
    this.actor = JSON.parse(query.get("actor"));
    this.registration = query.get("registration");
    this.activity = query.get("activityId");
    this.fetchUrl = query.get("fetch");
    this.begun = Date.now();
  }

  async start() {
    const answer = await (await fetch(this.fetchUrl, { method: "POST" })).json();
    if (!answer["auth-token"]) throw new Gone();
    this.authorization = `Basic ${answer["auth-token"]}`;
    this.launch = await this.get("activities/state", this.stateOf("LMS.LaunchData"));
    this.preferences = (await this.get("agents/profile", { agent: JSON.stringify(this.actor), profileId: "cmi5LearnerPreferences" })) || {};
    this.place = (await this.get("activities/state", this.stateOf("place"))) || {};
    await this.say("initialized");
  }

  get normal() { return this.launch.launchMode === "Normal"; }

  stateOf(name) {
    return { activityId: this.activity, agent: JSON.stringify(this.actor), registration: this.registration, stateId: name };
  }

  async ask(method, path, parameters, body) {
    const url = `${this.endpoint}${path}?${new URLSearchParams(parameters)}`;
    const headers = { Authorization: this.authorization, "X-Experience-API-Version": "1.0.3" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const answer = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), keepalive: true });
    if (!answer.ok && answer.status !== 404) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer;
  }

  async get(path, parameters) {
    const answer = await this.ask("GET", path, parameters);
    return answer.status === 404 ? null : answer.json();
  }

  remember(place) { return this.ask("PUT", "activities/state", this.stateOf("place"), place); }

  say(verb, result = {}, { defined = true } = {}) {
    const context = structuredClone(this.launch.contextTemplate);
    context.registration = this.registration;
    if (defined) {
      const category = [{ id: `${CATEGORY}cmi5` }];
      if ("success" in result || "completion" in result) category.push({ id: `${CATEGORY}moveon` });
      context.contextActivities = { ...context.contextActivities, category };
    }
    if (result.score && this.launch.masteryScore !== undefined) {
      context.extensions["https://w3id.org/xapi/cmi5/context/extensions/masteryscore"] = this.launch.masteryScore;
    }
    if (defined && verb !== "initialized") result = { ...result, duration: `PT${Math.round((Date.now() - this.begun) / 1000)}S` };
    const statement = {
      id: crypto.randomUUID ? crypto.randomUUID() : randomId(), actor: this.actor,
      verb: { id: `${ADL}${verb}`, display: { en: verb } }, object: { objectType: "Activity", id: this.activity },
      context, timestamp: new Date().toISOString(),
    };
    if (Object.keys(result).length) statement.result = result;
    return this.ask("POST", "statements", {}, statement);
  }

  async end() {
    await this.say("terminated");
    if (this.launch.returnURL) location.href = this.launch.returnURL;
  }
}

/** The address was used before: what it gave is given once. */
class Gone extends Error {}

/* Where the page has no secure context, browsers have no randomUUID. */
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
