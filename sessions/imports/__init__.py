"""Files of other applications about a session: reports of attendance, and scores (4.2, 5.1.2, 5.3.1)."""
