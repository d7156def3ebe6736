"""The pages of the planning stage, by part."""
