"""Who may do what to a thing of the planning stage: `can_<verb>(user, thing)`, by part."""
