"""A generated camera: a calm moving picture with a clock, and a voice; for demos, simulated rooms and benches."""
