"""The demonstration: an invented province, its people and cases, a session that is live on opening."""
