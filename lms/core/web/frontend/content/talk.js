// What all launchers share: what they were told, how they report, and what they say to the page around them.
export const run = document.body.dataset.run
const pages = document.body.dataset.pages
const line = document.querySelector('.say')

// To the player page. Content could say the same, so nothing hangs on it but what is shown.
export function tell(what, more = {}) {
  if (parent !== window) parent.postMessage({ llwybr: what, ...more }, pages)
}

export function say(text, lang, fault = false) {
  line.textContent = text
  if (lang) line.lang = lang
  line.classList.toggle('fault', fault)
}

const WORDS = {
  en: {
    unsaved: 'The connection is lost. What you do is kept on this page and saved when it is back. Leave this page open.',
    saved: '',
    elsewhere: 'You have continued this in another tab or on another device. Close this one.',
    fault: 'The content could not be started. Go back, and start it again.',
    left: 'Saved. You can close this page.',
  },
  cy: {
    unsaved: "Mae'r cysylltiad wedi'i golli. Mae'r hyn a wnewch yn cael ei gadw ar y dudalen hon, a'i arbed pan ddaw'r cysylltiad yn ôl. Gadewch y dudalen hon ar agor.",
    saved: '',
    elsewhere: 'Rydych wedi parhau â hyn mewn tab arall neu ar ddyfais arall. Caewch yr un hon.',
    fault: "Nid oedd modd dechrau'r cynnwys. Ewch yn ôl, a'i ddechrau eto.",
    left: "Wedi'i arbed. Gallwch gau'r dudalen hon.",
  },
}
let language = 'en'

export function speak(wanted) {
  language = WORDS[wanted] ? wanted : 'en'
  document.documentElement.lang = language
}

export function state(what) {
  tell(what)
  say(WORDS[language][what] ?? '', language, ['unsaved', 'elsewhere', 'fault'].includes(what))
}

export async function ask(path, body) {
  const options = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'text/plain' } }
  const answer = await fetch(run + path, { credentials: 'omit', cache: 'no-store', ...options })
  const said = await answer.json()
  if (!answer.ok) throw Object.assign(new Error(said.reason || String(answer.status)), { reason: said.reason, status: answer.status })
  return said
}

// The player page asks us to end.
export function whenAsked(leave) {
  addEventListener('message', (event) => {
    if (event.origin === pages && event.source === parent && event.data?.llwybr === 'leave') leave()
  })
}
