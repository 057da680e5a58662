"""Where a learner works through a course's content: what there is, what is done, and the content itself."""
