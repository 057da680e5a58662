// Asks how far a job is, ever less often, and shows the page again when it is done.
const LONGEST = 15000

export function poll(box) {
  const bar = box.querySelector('progress')
  const line = box.querySelector('[role=status]')
  let wait = 1500

  async function ask() {
    if (document.visibilityState === 'visible') {
      try {
        const answer = await fetch(box.dataset.poll, { headers: { Accept: 'application/json' } })
        if (!answer.ok) throw new Error(String(answer.status))
        const { done, percent, text } = await answer.json()
        if (done) {
          location.reload()
          return
        }
        if (typeof percent === 'number') bar.value = percent
        if (text && line.textContent !== text) line.textContent = text
      } catch {
        box.classList.add('app-job--adrift')
      }
    }
    wait = Math.min(wait * 1.3, LONGEST)
    setTimeout(ask, wait)
  }
  setTimeout(ask, wait)
}
