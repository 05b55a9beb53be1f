"""Cases: who asks what, which unit is in charge, what was directed. Cases know no sessions."""
