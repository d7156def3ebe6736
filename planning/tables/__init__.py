"""The tables of the planning stage, by part."""
