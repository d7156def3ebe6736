"""What the planning stage puts into records, by part."""
