"""The centre of Reception Hub: media, records and their rules. No HTTP, no WebSocket."""
