"""What the planning stage does, one function a verb; each part has its module."""
