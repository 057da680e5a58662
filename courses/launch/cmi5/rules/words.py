"""The IRIs of cmi5 (§9.3, §9.6) and of the ADL vocabulary that it uses."""

ADL = "http://adlnet.gov/expapi/verbs/"
W3ID = "https://w3id.org/xapi/adl/verbs/"
CMI5 = "https://w3id.org/xapi/cmi5/"

INITIALIZED, COMPLETED, PASSED, FAILED, TERMINATED = (
    f"{ADL}{each}" for each in ("initialized", "completed", "passed", "failed", "terminated")
)
LAUNCHED = f"{ADL}launched"
ABANDONED, WAIVED, SATISFIED = (f"{W3ID}{each}" for each in ("abandoned", "waived", "satisfied"))
VOIDED = f"{ADL}voided"
BY_CONTENT = frozenset({INITIALIZED, COMPLETED, PASSED, FAILED, TERMINATED})
"""Verbs of the cmi5 defined statements that content sends; the others are the LMS's own."""

DEFINED = f"{CMI5}context/categories/cmi5"
MOVE_ON = f"{CMI5}context/categories/moveon"

_EXTENSION = f"{CMI5}context/extensions/"
SESSION = f"{_EXTENSION}sessionid"
MASTERY_SCORE = f"{_EXTENSION}masteryscore"
LAUNCH_MODE = f"{_EXTENSION}launchmode"
LAUNCH_URL = f"{_EXTENSION}launchurl"
LAUNCH_PARAMETERS = f"{_EXTENSION}launchparameters"
MOVE_ON_RULE = f"{_EXTENSION}moveon"

PROGRESS = f"{CMI5}result/extensions/progress"
REASON = f"{CMI5}result/extensions/reason"

BLOCK = f"{CMI5}activitytype/block"
COURSE = f"{CMI5}activitytype/course"
UNIT = f"{ADL.removesuffix('verbs/')}activities/lesson"

LAUNCH_DATA = "LMS.LaunchData"
PREFERENCES = "cmi5LearnerPreferences"
