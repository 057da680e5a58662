"""Awards as Open Badges: credentials that any wallet can hold and anybody can check without asking us who they are."""
