/* Pages to read, or questions to answer, in the language that the learner prefers. */
const query = new URLSearchParams(location.search);
const main = document.getElementById("main");
const said = document.getElementById("said");
let words = WORDS.en;

function element(name, text, ...attributes) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  for (const [key, value] of attributes) made.setAttribute(key, value);
  return made;
}

function button(text, act, kind) {
  const made = element("button", text, ["type", "button"]);
  if (kind) made.className = kind;
  made.addEventListener("click", async () => {
    made.disabled = true;
    said.textContent = "";
    try { await act(); } catch (fault) { said.textContent = words.trouble; console.warn(fault); }
    made.disabled = false;
  });
  return made;
}

function show(...parts) {
  main.replaceChildren(...parts);
  main.focus();
}

function reading(session) {
  const pages = words.pages;
  let at = Math.min(session.place.page || 0, pages.length - 1);
  const leave = () => button(words.leave, async () => { await session.remember({ page: at }); await session.end(); said.textContent = words.saved; }, "second");
  const turn = async (to) => {
    at = to;
    if (session.normal) {
      await session.remember({ page: at });
      await session.say("progressed", { extensions: { "https://w3id.org/xapi/cmi5/result/extensions/progress": Math.round((100 * at) / pages.length) } }, { defined: false });
    }
    draw();
  };
  const finish = async () => {
    if (session.normal && !session.done) { await session.say("completed", { completion: true }); session.done = true; }
    await session.end();
    said.textContent = words.saved;
  };
  function draw() {
    const [title, text] = pages[at];
    const parts = [element("p", words.page(at + 1, pages.length)), element("h1", title), element("p", text)];
    parts.push(at + 1 < pages.length ? button(words.next, () => turn(at + 1)) : button(words.finish, finish));
    if (at > 0) parts.push(button(words.back, () => turn(at - 1), "second"));
    parts.push(leave());
    show(...parts);
  }
  draw();
}

function checking(session) {
  const form = element("form");
  words.questions.forEach(([question, answers], number) => {
    const group = element("fieldset");
    group.append(element("legend", question));
    answers.forEach((answer, value) => {
      const label = element("label");
      label.append(element("input", "", ["type", "radio"], ["name", `q${number}`], ["value", value]), answer);
      group.append(label);
    });
    form.append(group);
  });
  const send = async () => {
    const given = words.questions.map((_question, number) => form.querySelector(`[name=q${number}]:checked`));
    if (given.includes(null)) { said.textContent = words.choose; return; }
    const right = given.filter((each, number) => Number(each.value) === words.questions[number][2]).length;
    const of = words.questions.length, scaled = right / of;
    const passed = scaled >= (session.launch.masteryScore ?? 0);
    const result = { score: { scaled, raw: right, min: 0, max: of }, success: passed };
    if (session.normal) await session.say(passed ? "passed" : "failed", result);
    show(element("h1", passed ? words.passed(right, of) : words.failed(right, of)), button(words.finish, async () => { await session.end(); said.textContent = words.saved; }));
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  const leave = button(words.leave, async () => { await session.end(); said.textContent = words.saved; }, "second");
  show(element("h1", document.title), form, button(words.answer, send), leave);
}

(async () => {
  const session = new Session(query);
  try {
    await session.start();
  } catch (fault) {
    said.textContent = `${fault instanceof Gone ? WORDS.en.gone : WORDS.en.trouble} ${fault instanceof Gone ? WORDS.cy.gone : WORDS.cy.trouble}`;
    console.warn(fault);
    return;
  }
  const language = (session.preferences.languagePreference || "en").toLowerCase().startsWith("cy") ? "cy" : "en";
  words = WORDS[language];
  document.documentElement.lang = language;
  document.getElementById("mark").textContent = words.mark;
  const checks = query.get("unit") === "check";
  document.title = checks ? { en: "A short check", cy: "Prawf byr" }[language] : words.pages[0][0];
  (checks ? checking : reading)(session);
})();
