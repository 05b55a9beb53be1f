"""Connection points: how a room gets in without an account, and which devices stand in it."""
