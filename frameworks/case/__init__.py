"""Competencies and Academic Standards Exchange (1EdTech CASE 1.0): frameworks for other systems, and from them."""
