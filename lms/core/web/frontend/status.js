// A line that screen readers hear politely.
export function statusLine(form) {
  const line = document.createElement('p')
  line.className = 'app-status'
  line.setAttribute('role', 'status')
  form.append(line)
  return (text, failed = false) => {
    if (line.textContent !== text) line.textContent = text
    line.classList.toggle('app-status--failed', failed)
  }
}
