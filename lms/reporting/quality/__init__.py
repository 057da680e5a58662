"""What is missing or doubtful in what is known of people: counted for every place by a job, and kept."""
