"""Starting content, and following what the record store hears of it."""
