"""Pages about signing in, one's account, people, accounts and places."""
