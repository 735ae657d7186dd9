"""What is on record: places, programmes, projects with their money, reports and papers."""
