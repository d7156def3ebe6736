"""The forms of the planning stage, by part."""
