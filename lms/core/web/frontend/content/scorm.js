// The real SCORM API in a page of ours, and the SCO in a frame beneath it, where it looks for one.
import { outbox } from './outbox.js'
import { ask, speak, state, tell, whenAsked } from './talk.js'

export async function play(version, Api, global, names) {
  const frame = document.querySelector('iframe')
  let told
  try {
    told = await ask('scorm')
  } catch {
    state('fault')
    return
  }
  speak(told.language)
  if (!told.open) {
    state('elsewhere')
    return
  }
  const box = outbox(version, told.sequence)
  const api = new Api({
    autocommit: true,
    autocommitSeconds: 10,
    lmsCommitUrl: 'commit',
    renderCommonCommitFields: true,
    alwaysSendTotalTime: true,
    autoCompleteLessonStatus: false,
    completion_status_on_failed: 'incomplete',
    mastery_override: true,
    httpService: box,
    logLevel: 5,
  })
  api.loadFromJSON(told.data, 'cmi')
  window[global] = api

  let begun = false
  let over = false
  api.on(names.initialize, () => {
    begun = true
    tell('running')
    ask('scorm/begun', {}).catch(() => {}) // the first commit says it, too
  })
  api.on(names.terminate, () => {
    over = true // what is around us hears of it once it is received
  })

  // "Save and leave": the content may say its last, as when it is closed; then we end what it has not ended.
  whenAsked(() => {
    frame.addEventListener('load', finish, { once: true })
    frame.src = 'about:blank'
    setTimeout(finish, 3000)
  })
  let finished = false
  function finish() {
    if (finished) return
    finished = true
    if (begun && !over) {
      const { cmi } = api.renderCMIToJSONObject()
      if (!(cmi.core ?? cmi).exit) api.lmsSetValue(names.exit, 'suspend')
      api[names.terminate]('')
    }
    leave()
  }
  function leave() {
    if (box.flush()) {
      state('left')
    } else {
      setTimeout(leave, 3000)
    }
  }

  frame.hidden = false
  frame.title = document.title
  frame.src = new URL(told.url, new URL('../', location.href)).href
}
