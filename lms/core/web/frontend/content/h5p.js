// H5P in a page of ours. What it tells is sent on; who, where and in which course is written by the server.
/* global H5PStandalone, H5P */
import { ask, run, speak, state, tell, whenAsked } from './talk.js'

async function play() {
  const { own } = document.body.dataset
  let told
  try {
    told = await ask('h5p')
  } catch {
    state('fault')
    return
  }
  speak(told.language)
  if (!told.open) {
    state('elsewhere')
    return
  }
  const folder = new URL('..', location.href).href.replace(/\/$/, '')
  const queue = []
  let sending = false
  let kept = told.state

  async function send() {
    if (sending) return
    sending = true
    while (queue.length) {
      try {
        await ask(queue[0].path, queue[0].body)
        queue.shift()
        if (!queue.length) state('saved')
      } catch (fault) {
        if (fault.status === 409) {
          queue.length = 0
          state('elsewhere')
        } else if (fault.status >= 400 && fault.status < 500 && fault.status !== 429) {
          queue.shift() // it will never be taken
        } else {
          state('unsaved')
          await new Promise((done) => setTimeout(done, 3000))
        }
      }
    }
    sending = false
  }
  function post(path, body) {
    queue.push({ path, body })
    send()
  }

  try {
    await new H5PStandalone.H5P(document.getElementById('h5p'), {
      id: 'unit',
      h5pJsonPath: folder,
      frameJs: `${own}/h5p/frame.bundle.js`,
      frameCss: `${own}/h5p/styles/h5p.css`,
      reportingIsEnabled: true,
      icon: false,
      fullScreen: true,
      saveFreq: 10,
      user: { name: 'Learner', mail: 'learner@example.org' }, // else it asks the browser's storage for somebody, and may not
      contentUserData: [{ state: kept || 'false' }], // by the number of the sub-content; nought is the whole
      ajax: { contentUserDataUrl: `${run}h5p/state?type=:dataType&part=:subContentId` },
      xAPIObjectIRI: told.activity,
    })
  } catch {
    state('fault')
    return
  }
  tell('running')
  post('h5p/begun', {})
  H5P.externalDispatcher.on('xAPI', (event) => {
    const statement = event.data.statement
    post('h5p/statement', { statement: JSON.parse(JSON.stringify(statement)), id: crypto.randomUUID() })
  })

  // What the content would keep, asked of it now: the library itself asks only every so often, and at the end.
  function current() {
    const instance = document.querySelector('iframe.h5p-iframe')?.contentWindow?.H5P?.instances?.[0]
    return instance?.getCurrentState ? JSON.stringify(instance.getCurrentState() ?? null) : null
  }
  function keep() {
    const now = current()
    if (now && now !== 'null' && now !== kept) {
      kept = now
      post('h5p/state', { state: now })
    }
  }
  setInterval(keep, 10000)
  addEventListener('visibilitychange', keep)
  addEventListener('pagehide', () => {
    const now = current()
    if (now && now !== 'null' && now !== kept) navigator.sendBeacon(`${run}h5p/state`, JSON.stringify({ state: now }))
  })
  addEventListener('beforeunload', (event) => {
    if (queue.length) event.preventDefault()
  })
  whenAsked(async () => {
    keep()
    post('h5p/ended', {})
    while (queue.length) await new Promise((done) => setTimeout(done, 200))
    document.getElementById('h5p').replaceChildren()
    state('left')
  })
}

play()
