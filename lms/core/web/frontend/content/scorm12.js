import { Scorm12API } from 'scorm-again/scorm12'
import { play } from './scorm.js'

play('scorm12', Scorm12API, 'API', { initialize: 'LMSInitialize', terminate: 'LMSFinish', exit: 'cmi.core.exit' })
