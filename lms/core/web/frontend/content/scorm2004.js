import { Scorm2004API } from 'scorm-again/scorm2004'
import { play } from './scorm.js'

play('scorm2004', Scorm2004API, 'API_1484_11', { initialize: 'Initialize', terminate: 'Terminate', exit: 'cmi.exit' })
