// scorm-again as a SCO that was launched: node scorm_again.mjs RUN VERSION. RUN is the address that it reports to. The SCO
// keeps a place, is left, goes on and passes. Prints what it saw as JSON.
import { execFileSync } from "node:child_process";

globalThis.window ??= globalThis;
globalThis.document ??= { addEventListener() {} };
globalThis.addEventListener ??= () => {};
const { Scorm12API, Scorm2004API } = await import("scorm-again");
const [run, version] = process.argv.slice(2);

// SCORM waits for each commit, and node has no synchronous request: another process makes it.
const ASK = `fetch(process.argv[1], { method: "POST", body: process.argv[2], headers: { "Content-Type": "text/plain" } })
  .then(async (it) => process.stdout.write(JSON.stringify({ status: it.status, said: await it.text() })))`;

function service(from) {
  let sequence = from;
  return {
    sent: [],
    processHttpRequest(_url, rendered, final) {
      const body = JSON.stringify({ ...rendered, commitSequence: ++sequence });
      const answer = JSON.parse(execFileSync(process.execPath, ["-e", ASK, `${run}scorm/commit?version=${version}${final ? "&final=true" : ""}`, body]));
      this.sent.push(answer.status);
      const said = JSON.parse(answer.said);
      return { result: said.result === true, errorCode: said.errorCode ?? 0 };
    },
    updateSettings() {},
  };
}

const told = await (await fetch(`${run}scorm`)).json();
const http = service(told.sequence);
const Api = version === "scorm12" ? Scorm12API : Scorm2004API;
const api = new Api({
  autocommit: false, lmsCommitUrl: "commit", renderCommonCommitFields: true, alwaysSendTotalTime: true,
  autoCompleteLessonStatus: false, httpService: http, logLevel: 5,
});
api.loadFromJSON(told.data, "cmi");
const say = version === "scorm12"
  ? { begin: "LMSInitialize", get: "LMSGetValue", set: "LMSSetValue", save: "LMSCommit", end: "LMSFinish",
      place: "cmi.core.lesson_location", entry: "cmi.core.entry", passed: [["cmi.core.score.raw", "85"], ["cmi.core.lesson_status", "passed"]] }
  : { begin: "Initialize", get: "GetValue", set: "SetValue", save: "Commit", end: "Terminate",
      place: "cmi.location", entry: "cmi.entry",
      passed: [["cmi.score.scaled", "0.85"], ["cmi.success_status", "passed"], ["cmi.completion_status", "completed"]] };

const begun = api[say.begin]("");
const entry = api[say.get](say.entry);
const place = api[say.get](say.place);
api[say.set](say.place, "7");
const kept = api[say.save]("");
for (const [name, value] of say.passed) api[say.set](name, value);
const ended = api[say.end]("");
console.log(JSON.stringify({ begun, entry, place, kept, ended, statuses: [...new Set(http.sent)] }));
