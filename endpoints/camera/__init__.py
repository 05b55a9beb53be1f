"""A generated camera: a calm moving picture with a clock, and a voice. For demos, simulated rooms and benches."""
