"""Whether a signature stands: moderation by sample, and withdrawing one as a new fact."""
