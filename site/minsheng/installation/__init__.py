"""The installation's own: settings, calendars, jobs, first steps, keys."""
