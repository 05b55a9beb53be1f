"""The media relay: its own process, which knows peers, tracks, slots and audiences, and no people."""
