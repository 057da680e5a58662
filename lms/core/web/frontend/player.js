// A course's content in its frame: says how it is, asks it to end, and notices when it is continued elsewhere.
const EVERY = 15000
const PATIENCE = 8000

export function player(box) {
  const frame = box.querySelector('iframe')
  const line = box.querySelector('[data-status]')
  const over = box.querySelector('[data-over]')
  const leave = box.querySelector('.app-player__bar a')
  if (!frame) return
  let leaving = false
  let ended = false
  let unsaved = false

  function say(what) {
    const text = box.getAttribute(`data-say-${what}`)
    if (text && line.textContent !== text) line.textContent = text
    box.dataset.state = what
  }

  let gone = false
  function go() {
    if (!gone) location.assign(box.dataset.list)
    gone = true
  }

  function stop(what) {
    if (ended) return
    ended = true
    frame.remove()
    say(what)
    over.hidden = false
  }

  // Only what the content's own origin says from its own frame; and it decides about words, never about records.
  addEventListener('message', (event) => {
    if (event.origin !== box.dataset.origin || event.source !== frame.contentWindow) return
    const what = event.data?.llwybr
    if (what === 'unsaved') {
      unsaved = true
      say('unsaved')
    } else if (what === 'elsewhere') {
      stop('elsewhere')
    } else if (what === 'left' || what === 'ended') {
      unsaved = false
      go()
    } else if (['running', 'saved', 'fault', 'done'].includes(what)) {
      if (what === 'saved') unsaved = false
      if (!leaving) say(what)
    }
  })

  leave.addEventListener('click', (event) => {
    event.preventDefault()
    if (leaving || ended || !('asks' in box.dataset)) {
      go()
      return
    }
    leaving = true
    say('saving')
    frame.contentWindow.postMessage({ llwybr: 'leave' }, box.dataset.origin)
    setTimeout(function wait() {
      if (unsaved) setTimeout(wait, PATIENCE)
      else go()
    }, PATIENCE)
  })

  // Content that has ended goes to a page of ours, in the frame: readable only then.
  frame.addEventListener('load', () => {
    try {
      if (frame.contentWindow.location.pathname.endsWith('/returned')) go()
    } catch {
      // it is still the content
    }
  })

  async function ask() {
    if (!ended && document.visibilityState === 'visible') {
      try {
        const answer = await fetch(box.dataset.player, { headers: { Accept: 'application/json' } })
        if (answer.ok) {
          const { open, elsewhere, done } = await answer.json()
          if (elsewhere) stop('elsewhere')
          else if (!open && !leaving && !unsaved) stop('over')
          else if (done && box.dataset.state === 'saved') say('done')
        }
      } catch {
        // the content says itself when the connection is lost
      }
    }
    setTimeout(ask, EVERY)
  }
  setTimeout(ask, EVERY)
}

// The list of parts: shown again when something was done in another window.
export function playerList(box) {
  addEventListener('visibilitychange', async () => {
    if (document.visibilityState !== 'visible') return
    try {
      const answer = await fetch(box.dataset.playerList, { headers: { Accept: 'application/json' } })
      if (answer.ok && (await answer.json()).version !== box.dataset.version) location.reload()
    } catch {
      // offline: what is shown stays
    }
  })
}
