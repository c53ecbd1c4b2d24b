"""Plans, tasks and problems as lines for people and as JSON. Values in, lines out: nothing here prints."""
