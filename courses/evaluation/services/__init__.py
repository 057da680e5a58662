"""Use cases of evaluation."""

from courses.evaluation.services.answering import answer, asked, decline, mine, set_silence
from courses.evaluation.services.inviting import invite_after, invite_later, remind, withdraw
from courses.evaluation.services.reviewing import redact, reject, release, shuffle, text_at, to_review

__all__ = [
    "answer", "asked", "decline", "invite_after", "invite_later", "mine", "redact", "reject", "release", "remind",
    "set_silence", "shuffle", "text_at", "to_review", "withdraw",
]  # fmt: skip
