"""Reception: sessions, agendas, rooms, and the timeline from which everything on a screen is folded."""
