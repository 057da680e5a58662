"""Small packages that do what vendors' do: find the API above them, report, keep their place."""

SCO_12 = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>SCO</title>
<p id="at"></p><button id="next">Next page</button><button id="pass">Pass</button><button id="long">Long</button>
<script>
var api = null, w = window
while (!api) { api = w.API; if (w === w.parent) break; w = w.parent }
api.LMSInitialize('')
var page = Number(api.LMSGetValue('cmi.core.lesson_location') || 1)
document.body.dataset.entry = api.LMSGetValue('cmi.core.entry')
document.body.dataset.mode = api.LMSGetValue('cmi.core.lesson_mode')
document.body.dataset.name = api.LMSGetValue('cmi.core.student_name')
function show() { document.getElementById('at').textContent = 'Page ' + page + ' ' + (api.LMSGetValue('cmi.suspend_data') || '').length }
show()
if (api.LMSGetValue('cmi.core.lesson_status') === 'not attempted') api.LMSSetValue('cmi.core.lesson_status', 'incomplete')
document.getElementById('next').onclick = function () {
  page++; api.LMSSetValue('cmi.core.lesson_location', String(page)); api.LMSSetValue('cmi.suspend_data', 'x'.repeat(page * 10))
  document.body.dataset.committed = api.LMSCommit(''); show()
}
document.getElementById('long').onclick = function () {
  api.LMSSetValue('cmi.suspend_data', '\\u0175'.repeat(63900))
  for (var i = 0; i < 30; i++) { api.LMSSetValue('cmi.interactions.' + i + '.id', 'q' + i); api.LMSSetValue('cmi.interactions.' + i + '.student_response', 'a') }
  api.LMSSetValue('cmi.core.exit', 'suspend')
  document.body.dataset.finished = api.LMSFinish('')
}
document.getElementById('pass').onclick = function () {
  api.LMSSetValue('cmi.core.score.raw', '90'); api.LMSSetValue('cmi.core.score.min', '0'); api.LMSSetValue('cmi.core.score.max', '100')
  api.LMSSetValue('cmi.core.lesson_status', 'passed'); api.LMSFinish('')
}
</script></html>"""

SCO_2004 = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>SCO</title>
<p id="at"></p><button id="next">Next page</button><button id="pass">Pass</button>
<script>
var api = null, w = window
while (!api) { api = w.API_1484_11; if (w === w.parent) break; w = w.parent }
api.Initialize('')
var page = Number(api.GetValue('cmi.location') || 1)
document.body.dataset.entry = api.GetValue('cmi.entry')
document.body.dataset.mode = api.GetValue('cmi.mode')
function show() { document.getElementById('at').textContent = 'Page ' + page }
show()
document.getElementById('next').onclick = function () {
  page++; api.SetValue('cmi.location', String(page)); api.SetValue('cmi.progress_measure', '0.5'); api.SetValue('cmi.exit', 'suspend')
  api.SetValue('cmi.interactions.0.id', 'q1'); api.SetValue('cmi.interactions.0.type', 'choice')
  api.SetValue('cmi.interactions.0.learner_response', 'a'); api.SetValue('cmi.interactions.0.result', 'correct')
  document.body.dataset.committed = api.Commit(''); show()
}
document.getElementById('pass').onclick = function () {
  api.SetValue('cmi.score.scaled', '0.9'); api.SetValue('cmi.success_status', 'passed'); api.SetValue('cmi.completion_status', 'completed')
  api.SetValue('cmi.exit', 'normal'); api.Terminate('')
}
</script></html>"""

H5P_FILES = {
    "h5p.json": b"""{"title": "Two choices", "language": "en", "mainLibrary": "H5P.Choice", "embedTypes": ["iframe"],
      "preloadedDependencies": [{"machineName": "H5P.Choice", "majorVersion": 1, "minorVersion": 0}]}""",
    "content/content.json": b'{"question": "Which?"}',
    "H5P.Choice-1.0/library.json": b"""{"title": "Choice", "machineName": "H5P.Choice", "majorVersion": 1, "minorVersion": 0,
      "patchVersion": 0, "runnable": 1, "preloadedJs": [{"path": "choice.js"}]}""",
    "H5P.Choice-1.0/choice.js": b"""
var H5P = H5P || {}
H5P.Choice = function (params, id, extras) {
  H5P.EventDispatcher.call(this)
  var self = this, chosen = (extras && extras.previousState && extras.previousState.chosen) || ''
  this.getCurrentState = function () { return chosen ? { chosen: chosen } : undefined }
  this.attach = function ($container) {
    $container.html('<p class="was">' + (chosen || 'nothing') + '</p><button class="a">Choose a</button><button class="done">Done</button>')
    $container.find('.a').on('click', function () { chosen = 'a'; $container.find('.was').text('a'); self.triggerXAPI('interacted') })
    $container.find('.done').on('click', function () { self.triggerXAPIScored(9, 10, 'completed', true, true) })
  }
}
H5P.Choice.prototype = Object.create(H5P.EventDispatcher.prototype)
H5P.Choice.prototype.constructor = H5P.Choice
""",
}
