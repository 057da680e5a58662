"""What cmi5 asks of content and of the LMS, as pure functions."""
