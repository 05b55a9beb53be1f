"""The legal clock: which terms run in a case, when each ends, and the arithmetic behind every date. Pure."""
