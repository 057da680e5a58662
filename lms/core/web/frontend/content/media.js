// A video or a document, and what counts as having seen it.
import { ask, run, speak, state, tell, whenAsked } from './talk.js'

const room = document.getElementById('media')
const EVERY = 10000

async function play() {
  let told
  try {
    told = await ask('media')
  } catch {
    state('fault')
    return
  }
  speak(told.language)
  if (!told.open) {
    state('elsewhere')
    return
  }
  const url = new URL(told.url, new URL('../', location.href)).href
  tell('running')
  if (told.kind === 'video') video(url, told)
  else document_(url, told)
}

// Which seconds were seen, not how far it was dragged.
function video(url, told) {
  const player = document.createElement('video')
  player.controls = true
  player.preload = 'metadata'
  player.src = url
  player.setAttribute('aria-label', told.title)
  room.className = 'screen'
  room.append(player)
  const seen = new Set(told.seen)
  let unsent = false
  player.addEventListener('loadedmetadata', () => {
    if (told.position > 0 && told.position < player.duration - 2) player.currentTime = told.position
  })
  player.addEventListener('timeupdate', () => {
    if (player.seeking || player.paused) return
    seen.add(Math.floor(player.currentTime))
    unsent = true
  })
  const said = () => ({ seen: ranges(seen), length: player.duration || 0, position: Math.floor(player.currentTime) })
  async function send(more = {}) {
    try {
      const answer = await ask('media/seen', { ...said(), ...more })
      unsent = false
      state('saved')
      if (answer.done) tell('done')
    } catch (fault) {
      state(fault.status === 409 ? 'elsewhere' : 'unsaved')
    }
  }
  setInterval(() => unsent && send(), EVERY)
  player.addEventListener('pause', () => send())
  player.addEventListener('ended', () => send())
  player.addEventListener('error', () => state('fault'))
  addEventListener('online', () => unsent && send())
  addEventListener('pagehide', () => navigator.sendBeacon(`${run}media/seen`, JSON.stringify(said())))
  addEventListener('beforeunload', (event) => {
    if (unsent && !navigator.onLine) event.preventDefault()
  })
  whenAsked(async () => {
    player.pause()
    await send({ ended: true })
    state('left')
  })
}

// A browser may show it, or only offer it; either way it was opened.
function document_(url, told) {
  const frame = document.createElement('iframe')
  frame.className = 'fill'
  frame.title = told.title
  frame.src = url
  const link = document.createElement('a')
  link.href = url
  link.target = '_blank'
  link.textContent = told.words.open
  const line = document.createElement('p')
  line.className = 'say'
  line.append(link)
  room.className = 'screen'
  room.append(line, frame)
  whenAsked(async () => {
    await ask('media/seen', { ended: true }).catch(() => {})
    state('left')
  })
}

function ranges(seen) {
  const found = []
  for (const second of [...seen].sort((a, b) => a - b)) {
    const last = found.at(-1)
    if (last && last[1] + 1 === second) last[1] = second
    else found.push([second, second])
  }
  return found
}

play()
