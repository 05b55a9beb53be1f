"""A generated camera: a calm picture with a clock, and a voice. For demos and simulated rooms."""
