"""Formats of course packages, one file each, recognised by what is in them and never by a name. Pure."""
