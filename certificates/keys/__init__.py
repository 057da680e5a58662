"""Keys that credentials are signed with: made, changed and ended by command, sealed at rest, their public halves published."""
