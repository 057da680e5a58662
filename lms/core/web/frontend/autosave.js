// Sends what is typed to the form's data-autosave address, two seconds after typing stops.
import { statusLine } from './status.js'

const PAUSE = 2000

export function autosave(form) {
  const say = statusLine(form)
  let timer = null
  let sent = typed(form)
  let busy = false

  async function save(leaving = false) {
    clearTimeout(timer)
    const now = typed(form)
    if (now === sent) return
    if (busy) {
      timer = setTimeout(save, PAUSE)
      return
    }
    busy = true
    if (!leaving) say(form.dataset.saving)
    try {
      // Following a redirect would take a sign-in page for a success.
      const answer = await fetch(form.dataset.autosave, { method: 'POST', body: fields(form), redirect: 'manual', keepalive: leaving })
      if (!answer.ok) throw new Error(String(answer.status))
      sent = now
      takeEdition(form, answer.headers.get('ETag'))
      say(form.dataset.saved)
    } catch {
      say(form.dataset.failed, true)
    } finally {
      busy = false
    }
  }

  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(save, PAUSE)
  })
  form.addEventListener('submit', () => {
    clearTimeout(timer)
    sent = typed(form)
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') save(true)
  })
}

// `once` belongs to the real submission; files and passwords go with the form itself.
function fields(form) {
  const data = new FormData(form)
  data.delete('once')
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name)
  for (const input of form.querySelectorAll('input[type=password], .nhsuk-js-password-input-input')) data.delete(input.name)
  return data
}

// The next save builds on this one: where the form says which edition it saw, it has now seen the one just made.
function takeEdition(form, tag) {
  const edition = form.elements.namedItem('edition')
  if (edition && tag) edition.value = tag.replaceAll('"', '')
}

function typed(form) {
  const data = fields(form)
  data.delete('csrf_token')
  data.delete('edition')
  return new URLSearchParams(data).toString()
}
