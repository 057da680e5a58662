"""Why is this not complete? What a course asks for, what was received, what is missing; trying again, and correcting."""
