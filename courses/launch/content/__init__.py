"""The content's own origin: a host that serves the files of packages, and nothing else."""
