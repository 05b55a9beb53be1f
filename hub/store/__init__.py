"""Where records are kept: the database (the truth) and the bus (only a hint that there is something new)."""
