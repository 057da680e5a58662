"""A draft as a spreadsheet: out, and in again after a dry run that shows every add, edit, move and fault."""
