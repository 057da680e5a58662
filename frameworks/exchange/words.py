"""What files would do, and what is wrong with them, as pages say it."""

from frameworks.exchange.rules import Action
from lms.core.language import N_

ACTIONS = {
    Action.FAULT: N_("Fault"),
    Action.ADD: N_("Add"),
    Action.EDIT: N_("Change"),
    Action.MOVE: N_("Move"),
    Action.REMOVE: N_("Remove"),
}
KINDS = {
    "level": N_("Level"), "domain": N_("Domain"), "statement": N_("Statement"), "requirement": N_("Required level"),
    "document": N_("Title"),
}  # fmt: skip
FIELDS = {
    "code": N_("Code"), "domain": N_("Domain"), "level": N_("Level"), "type": N_("Kind"), "order": N_("Order"),
    "english": N_("English"), "welsh": N_("Welsh"), "audience_english": N_("Who it is for, in English"),
    "audience_welsh": N_("Who it is for, in Welsh"),
}  # fmt: skip
"""What of a part can change with a newer edition of a CASE document."""
FAULTS = {
    "kind": N_("The kind is level, domain, statement or requirement, not “%(value)s”"),
    "code": N_("A code has letters, figures, dots and hyphens: “%(value)s”"),
    "twice": N_("This is in the file twice: %(value)s"),
    "order": N_("The order of a level is a whole number from 1 to 99, not “%(value)s”"),
    "order_twice": N_("Two levels have the order %(value)s"),
    "domain": N_("There is no domain with the code “%(value)s”"),
    "level": N_("There is no level with the code “%(value)s”"),
    "type": N_("The type is knowledge, skill or behaviour, not “%(value)s”"),
    "long": N_("This text is too long: %(value)s"),
    "course": N_("This is no course code: “%(value)s”"),
    "nobody": N_("Say whom it is about: a role, settings or sectors"),
    "role": N_("There is no job role with the code “%(value)s”"),
    "settings": N_("There is no service setting with the code “%(value)s”"),
    "sectors": N_("There is no sector with the code “%(value)s”"),
    "clinical": N_("Write yes or no for clinical, not “%(value)s”"),
    "enhanced_role": N_("Write yes or no for enhanced_role, not “%(value)s”"),
    "needed_here": N_("%(value)s cannot be removed: a required level names it. Change that in the draft first."),
    "code_stays": N_("Something that is not in the file has the code %(value)s, and stays"),
    "needed": N_("%(value)s cannot be removed: a row of the file names it"),
}
PACKAGE_FAULTS = {
    "no_document": N_("There is no CFDocument"),
    "unknown_part": N_("CASE 1.0 has no part of this name"),
    "no_list": N_("This should be a list"),
    "no_object": N_("This should be an object"),
    "missing": N_("This is missing"),
    "no_identifier": N_("This is no identifier: a UUID in small letters is needed"),
    "too_many": N_("There are more than 20,000 items"),
    "too_long": N_("This text is too long"),
    "twice": N_("This identifier is here twice"),
    "unknown_association": N_("CASE 1.0 has no association of this type"),
    "no_link": N_("This link has no identifier or no address"),
    "already_here": N_("Something here has this identifier already"),
}
