"""Where everybody is beside what their work asks of a framework: kept, so that a page need not count the nation anew."""
