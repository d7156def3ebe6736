"""The nine steps of the procedure as people take them in a browser; each leaves what the next needs."""
