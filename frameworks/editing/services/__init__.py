"""Use cases of frameworks in the making. Each locks the version: an edit and a step never pass each other by."""

from frameworks.editing.services.drafting import begin, edit_texts, revise
from frameworks.editing.services.joining import ask, end_part
from frameworks.editing.services.linking import add_crosswalk, decide_mapping, end_crosswalk
from frameworks.editing.services.parts import move, put, remove
from frameworks.editing.services.steps import consult, publish, retire, return_to_draft, sign, submit
from frameworks.editing.services.talking import comment, reopen, resolve

__all__ = [
    "add_crosswalk", "ask", "begin", "comment", "consult", "decide_mapping", "edit_texts", "end_crosswalk", "end_part",
    "move", "publish", "put", "remove", "reopen", "resolve", "retire", "return_to_draft", "revise", "sign", "submit",
]  # fmt: skip
