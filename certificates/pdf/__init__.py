"""PDF that assistive technology can read: tagged to PDF/UA-1, archived as PDF/A-2a, the same bytes every time.

ReportLab draws; it has no tagging, and its own streams and character maps fail both standards in small ways, so this
package writes those parts itself. It knows nothing of awards.
"""
