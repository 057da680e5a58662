"""A holder asks for their certificates in another name; somebody else decides; new ones stand in for the old."""
