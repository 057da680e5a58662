"""cmi5 (Quartz, 1st edition) as the LMS: launching, judging what content sends, following it, and what the LMS says itself.

Packages with a tincan.xml are launched here, too (`tincan`). Rules cite the numbers of the public list of requirements.
"""
