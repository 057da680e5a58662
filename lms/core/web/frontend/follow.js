// Tells quietly that something new has come. What one reads does not move: the link beside it shows the news.
const FIRST = 10000
const LONGEST = 60000

export function follow(line) {
  let wait = FIRST

  async function ask() {
    if (document.visibilityState === 'visible') {
      try {
        const answer = await fetch(line.dataset.follow, { headers: { Accept: 'application/json' } })
        if (answer.status === 401 || answer.status === 403) return
        if (answer.ok) {
          const { text } = await answer.json()
          if (text !== line.textContent) line.textContent = text
        }
      } catch {
        // without a connection there is no news; the link still works
      }
    }
    wait = Math.min(wait * 1.2, LONGEST)
    setTimeout(ask, wait)
  }
  setTimeout(ask, wait)
}
