// Where a browser gives a frame of another site no storage, the H5P library stops. It gets one that lasts as long as the page.
try {
  window.localStorage.length
} catch {
  const kept = new Map()
  const storage = {
    getItem: (name) => kept.get(String(name)) ?? null,
    setItem: (name, value) => void kept.set(String(name), String(value)),
    removeItem: (name) => void kept.delete(String(name)),
    clear: () => kept.clear(),
    key: (index) => [...kept.keys()][index] ?? null,
    get length() {
      return kept.size
    },
  }
  Object.defineProperty(window, 'localStorage', { value: storage, configurable: true })
}
