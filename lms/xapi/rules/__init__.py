"""What the specification asks, as pure functions: no database, no clock, no web."""
