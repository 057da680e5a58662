// What was not received yet. Each commit tells all, so only the newest is worth sending; it stays until it is received.
import { run, state } from './talk.js'

const BEACON = 60000 // bytes: a browser takes 65,536 of all beacons that are under way
const AGAIN = 3000

// `from`: the number of the last commit received of this session, which a reload goes on from.
export function outbox(version, from) {
  let sequence = from
  let waiting = null
  let leaving = false
  let timer = 0

  const address = (final) => `${run}scorm/commit?version=${version}${final ? '&final=true' : ''}`

  function tooLong(text) {
    return new Blob([text]).size > BEACON
  }

  // A page that is being closed can send no more than a beacon: leave out what is long, and say so.
  function shortened(commit) {
    let text = JSON.stringify(commit)
    for (const name of ['interactions', 'comments_from_learner', 'comments', 'objectives', 'suspend_data']) {
      if (!tooLong(text)) break
      const { [name]: _left, ...cmi } = commit.runtimeData.cmi
      commit = { ...commit, partial: true, runtimeData: { ...commit.runtimeData, cmi } }
      text = JSON.stringify(commit)
    }
    return text
  }

  function post(text, final) {
    const request = new XMLHttpRequest()
    request.open('POST', address(final), false)
    request.setRequestHeader('Content-Type', 'text/plain;charset=UTF-8') // needs no preflight
    request.send(text)
    let said = {}
    try {
      said = JSON.parse(request.responseText)
    } catch {
      said = {}
    }
    return { status: request.status, said }
  }

  function keep(commit, final) {
    waiting = { commit, final: final || Boolean(waiting?.final) }
    state('unsaved')
    clearTimeout(timer)
    timer = setTimeout(flush, AGAIN)
  }

  function received(answer, commit, final) {
    if (answer.status === 409) {
      waiting = null
      state('elsewhere')
      return { result: false, errorCode: 101 }
    }
    if (answer.status >= 500 || answer.status === 429 || answer.status === 0) {
      keep(commit, final)
      return { result: true, errorCode: 0 }
    }
    waiting = null
    state(final ? 'ended' : 'saved')
    return { result: answer.said.result === true, errorCode: answer.said.errorCode ?? 101 }
  }

  function flush() {
    if (!waiting) return true
    const { commit, final } = waiting
    try {
      received(post(JSON.stringify(commit), final), commit, final)
    } catch {
      keep(commit, final)
    }
    return waiting === null
  }

  addEventListener('online', flush)
  addEventListener('pagehide', () => {
    leaving = true
    if (waiting) navigator.sendBeacon(address(waiting.final), shortened(waiting.commit))
  })
  addEventListener('beforeunload', (event) => {
    if (waiting) event.preventDefault()
  })

  return {
    flush,
    get unsaved() {
      return waiting !== null
    },
    // scorm-again's IHttpService
    processHttpRequest(_url, rendered, final, _log, listeners) {
      const commit = { ...rendered, commitSequence: ++sequence }
      let answer
      if (leaving) {
        const sent = navigator.sendBeacon(address(final), shortened(commit))
        answer = { result: sent, errorCode: sent ? 0 : 101 }
      } else {
        try {
          answer = received(post(JSON.stringify(commit), final), commit, final)
        } catch {
          keep(commit, final) // no connection: it is held here, and sent when there is one
          answer = { result: true, errorCode: 0 }
        }
      }
      listeners(answer.result ? 'CommitSuccess' : 'CommitError')
      return answer
    },
    updateSettings() {},
  }
}
