"""The SCORM run-time: what a SCO commits, kept, judged, and told to the record store."""
