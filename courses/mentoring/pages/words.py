"""What codes are called."""

from courses.mentoring.models import DeclineReason, EndReason, Helpful, MeetingHow
from courses.mentoring.rules import How, Language, Preference, Topic
from lms.core.language import N_

TOPICS = {
    Topic.NEW_ROLE: N_("Starting in a new role"),
    Topic.CAREER: N_("Career and training"),
    Topic.LEADERSHIP: N_("Leading and managing others"),
    Topic.CONFIDENCE: N_("Confidence at work"),
    Topic.WELLBEING: N_("Looking after myself at work"),
    Topic.WELSH: N_("Working in Welsh"),
    Topic.PERINATAL: N_("Perinatal and infant mental health"),
    Topic.CHILDREN: N_("Children and young people’s mental health"),
    Topic.LIVED_EXPERIENCE: N_("Working beside people with lived experience"),
    Topic.MENTORING: N_("Becoming a mentor"),
}
LANGUAGES = {
    Language.CY: N_("In Welsh"),
    Language.EN: N_("In English"),
    Language.EITHER: N_("In either language"),
}
HOWS = {
    How.ONLINE: N_("Online"),
    How.IN_PERSON: N_("In person"),
    How.EITHER: N_("Either"),
}
PROFESSIONS = {
    Preference.EITHER: N_("It does not matter"),
    Preference.SAME: N_("The same profession as mine"),
    Preference.OTHER: N_("Another profession"),
}
ORGANISATIONS = {
    Preference.EITHER: N_("It does not matter"),
    Preference.SAME: N_("The same organisation as mine"),
    Preference.OTHER: N_("Another organisation"),
}
REASONS = {
    "welsh": N_("You can speak Welsh with each other"),
    "online": N_("You can meet online"),
    "same_profession": N_("The same profession, as one of you wishes"),
    "other_profession": N_("Another profession, as one of you wishes"),
    "same_organisation": N_("The same organisation, as one of you wishes"),
    "other_organisation": N_("Another organisation, as one of you wishes"),
}
MEETINGS = {
    MeetingHow.ONLINE: N_("Online"),
    MeetingHow.IN_PERSON: N_("In person"),
    MeetingHow.TELEPHONE: N_("By telephone"),
}
DECLINES = {
    DeclineReason.NO_TIME: N_("I have no time at the moment"),
    DeclineReason.NOT_THE_RIGHT_MATCH: N_("Somebody else would suit better"),
    DeclineReason.FOUND_SOMEBODY: N_("I have found somebody already"),
    DeclineReason.RATHER_NOT_SAY: N_("I would rather not say"),
}
ENDS = {
    EndReason.REACHED: N_("We have reached what we wanted"),
    EndReason.NO_TIME: N_("There is no time for it"),
    EndReason.CHANGED_JOB: N_("One of us works elsewhere now"),
    EndReason.NOT_THE_RIGHT_MATCH: N_("We did not suit each other"),
    EndReason.OTHER: N_("Another reason"),
}
ENDED = ENDS | {EndReason.HANDED_OVER: N_("Handed over to another mentor")}
HELPFUL = {
    Helpful.YES: N_("Yes, it helped"),
    Helpful.PARTLY: N_("It helped in part"),
    Helpful.NO: N_("No, it did not help"),
}
