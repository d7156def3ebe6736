"""Reading across the stages: home, search, a training's timeline."""
