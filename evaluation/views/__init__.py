"""The pages of the evaluation stage."""
