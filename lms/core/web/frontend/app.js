// Everything here is an improvement: each page works without it.
import { Button, CharacterCount, ErrorSummary, Header, NotificationBanner, PasswordInput, SkipLink, createAll } from 'nhsuk-frontend'
import { autosave } from './autosave.js'
import { compare } from './compare.js'
import { follow } from './follow.js'
import { player, playerList } from './player.js'
import { poll } from './poll.js'
import { upload } from './upload.js'

const PLURALS = ['zero', 'one', 'two', 'few', 'many', 'other']

// One sentence serves every plural, because it puts the number last ("Characters left: 3").
function countCharacters(scope) {
  for (const root of scope.querySelectorAll('[data-module="nhsuk-character-count"]')) {
    for (const plural of PLURALS) {
      root.setAttribute(`data-i18n.characters-under-limit.${plural}`, root.dataset.left.replace('{', '%{'))
      root.setAttribute(`data-i18n.characters-over-limit.${plural}`, root.dataset.over.replace('{', '%{'))
    }
  }
}

function enhance(scope) {
  document.body.classList.add('js-enabled', 'nhsuk-frontend-supported')
  countCharacters(scope)
  for (const part of [Button, CharacterCount, ErrorSummary, Header, NotificationBanner, PasswordInput, SkipLink]) {
    createAll(part, undefined, scope)
  }
  scope.querySelectorAll('form[data-autosave]').forEach(autosave)
  scope.querySelectorAll('form[data-upload]').forEach((form) => upload(form, enhance))
  scope.querySelectorAll('[data-poll]').forEach(poll)
  scope.querySelectorAll('form[data-compare]').forEach(compare)
  scope.querySelectorAll('[data-follow]').forEach(follow)
  scope.querySelectorAll('[data-player]').forEach(player)
  scope.querySelectorAll('[data-player-list]').forEach(playerList)
}

enhance(document)
