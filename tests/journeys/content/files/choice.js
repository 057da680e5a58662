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
