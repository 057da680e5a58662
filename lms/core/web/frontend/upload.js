// Shows how much of a file has been sent. Without script the same form posts plainly.
import { statusLine } from './status.js'

export function upload(form, enhance) {
  const say = statusLine(form)
  const bar = document.createElement('progress')
  bar.className = 'app-progress__bar'
  bar.max = 100
  bar.hidden = true
  bar.setAttribute('aria-label', form.dataset.uploadLabel)
  form.append(bar)

  form.addEventListener('submit', (event) => {
    const chosen = [...form.querySelectorAll('input[type=file]')].some((input) => input.files.length)
    if (!chosen || event.defaultPrevented) return
    event.preventDefault()
    const request = new XMLHttpRequest()
    let heard = 0
    request.open('POST', event.submitter?.getAttribute('formaction') ?? form.action)
    request.upload.onprogress = (progress) => {
      const part = Math.round((100 * progress.loaded) / progress.total)
      bar.hidden = false
      bar.value = part
      if (part >= heard + 25 || part === 100) {
        heard = part
        say(form.dataset.upload.replace('{n}', part))
      }
    }
    request.onload = () => show(request, enhance)
    request.onerror = () => {
      bar.hidden = true
      say(form.dataset.failed, true)
    }
    request.send(new FormData(form, event.submitter))
  })
}

// The answer, exactly as a plain post would show it: the page that follows, or this page with its errors.
// It is shown from what arrived, not fetched again, so that its "done" message is not lost.
function show(request, enhance) {
  const answer = new DOMParser().parseFromString(request.responseText, 'text/html')
  if (!answer.querySelector('main')) {
    location.assign(request.responseURL)
    return
  }
  if (request.responseURL !== location.href) {
    history.pushState(null, '', request.responseURL)
    addEventListener('popstate', () => location.reload(), { once: true })
  }
  document.title = answer.title
  document.body.replaceWith(document.adoptNode(answer.body))
  scrollTo(0, 0)
  enhance(document)
  if (!document.querySelector('.nhsuk-error-summary, .nhsuk-notification-banner--success')) {
    const main = document.querySelector('main')
    main.tabIndex = -1
    main.focus()
  }
}
