"""Who is in which group, in which state and by which consent; opt-outs."""
