// Compares a file with the SHA-256 digests of those that we handed out, here in the browser: nothing is sent.
export function compare(form) {
  if (!window.crypto?.subtle) return // not without TLS: then the form is sent
  const line = form.querySelector('[role=status]')
  const input = form.querySelector('input[type=file]')

  function say(text, found) {
    line.textContent = text
    line.className = `app-compared${found ? ` app-compared--${found}` : ''}`
  }

  input.addEventListener('change', () => say('')) // what was said was of another file
  form.addEventListener('dragover', (event) => event.preventDefault())
  form.addEventListener('drop', (event) => {
    event.preventDefault()
    input.files = event.dataTransfer.files
    form.requestSubmit()
  })
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const file = input.files[0]
    if (!file) {
      say(form.dataset.choose)
      return
    }
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
    const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
    if (form.dataset.compare.split(' ').includes(hex)) say(form.dataset.same, form.dataset.good)
    else say(form.dataset.different, 'different')
  })
}
