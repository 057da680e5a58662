"""Finding statements by their keys, a page at a time, at a cost that the page has and not the store."""
