"""Learning analytics from the record store: time on a module, where people stop, which questions are hard."""
