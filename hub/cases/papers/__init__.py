"""The papers an office hands out: which there are, their numbers, their Word templates, their PDF."""
