"""For those who look after certificates: a cohort at once, what ends soon, reminders, recertification."""
