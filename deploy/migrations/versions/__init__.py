"""The migrations, one after the other. Written once, then never changed."""
