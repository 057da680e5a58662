"""Verbs in plain words. A verb that is not here is told by its own `display`."""

from lms.core.language import N_

ADL = "http://adlnet.gov/expapi/verbs/"
CMI5 = "https://w3id.org/xapi/adl/verbs/"
STREAMS = "http://activitystrea.ms/schema/1.0/"

SENTENCES = {
    f"{ADL}initialized": N_("%(who)s started %(what)s"),
    f"{ADL}launched": N_("%(who)s opened %(what)s"),
    f"{ADL}attempted": N_("%(who)s attempted %(what)s"),
    f"{ADL}attended": N_("%(who)s attended %(what)s"),
    f"{ADL}answered": N_("%(who)s answered %(what)s"),
    f"{ADL}asked": N_("%(who)s asked %(what)s"),
    f"{ADL}commented": N_("%(who)s commented on %(what)s"),
    f"{ADL}completed": N_("%(who)s completed %(what)s"),
    f"{ADL}exited": N_("%(who)s left %(what)s"),
    f"{ADL}experienced": N_("%(who)s experienced %(what)s"),
    f"{ADL}failed": N_("%(who)s did not pass %(what)s"),
    f"{ADL}imported": N_("%(who)s imported %(what)s"),
    f"{ADL}interacted": N_("%(who)s used %(what)s"),
    f"{ADL}mastered": N_("%(who)s mastered %(what)s"),
    f"{ADL}passed": N_("%(who)s passed %(what)s"),
    f"{ADL}preferred": N_("%(who)s preferred %(what)s"),
    f"{ADL}progressed": N_("%(who)s made progress in %(what)s"),
    f"{ADL}registered": N_("%(who)s registered for %(what)s"),
    f"{ADL}responded": N_("%(who)s responded to %(what)s"),
    f"{ADL}resumed": N_("%(who)s resumed %(what)s"),
    f"{ADL}scored": N_("%(who)s was given a score in %(what)s"),
    f"{ADL}shared": N_("%(who)s shared %(what)s"),
    f"{ADL}suspended": N_("%(who)s paused %(what)s"),
    f"{ADL}terminated": N_("%(who)s ended %(what)s"),
    f"{ADL}voided": N_("%(who)s voided %(what)s"),
    f"{CMI5}abandoned": N_("%(who)s abandoned %(what)s"),
    f"{CMI5}satisfied": N_("%(who)s met what is asked for in %(what)s"),
    f"{CMI5}waived": N_("%(who)s was excused from %(what)s"),
    f"{STREAMS}create": N_("%(who)s created %(what)s"),
    f"{STREAMS}submit": N_("%(who)s submitted %(what)s"),
}
OTHERWISE = N_("%(who)s %(verb)s %(what)s")

VERBS = {
    f"{ADL}initialized": N_("started"),
    f"{ADL}launched": N_("opened"),
    f"{ADL}attempted": N_("attempted"),
    f"{ADL}attended": N_("attended"),
    f"{ADL}answered": N_("answered"),
    f"{ADL}completed": N_("completed"),
    f"{ADL}exited": N_("left"),
    f"{ADL}experienced": N_("experienced"),
    f"{ADL}failed": N_("did not pass"),
    f"{ADL}interacted": N_("used"),
    f"{ADL}passed": N_("passed"),
    f"{ADL}progressed": N_("made progress"),
    f"{ADL}registered": N_("registered"),
    f"{ADL}resumed": N_("resumed"),
    f"{ADL}scored": N_("was given a score"),
    f"{ADL}suspended": N_("paused"),
    f"{ADL}terminated": N_("ended"),
    f"{ADL}voided": N_("voided"),
}
"""For the list from which a reader chooses one."""
