"""The language of selections: text, tree, JSON, sentence and SQL of a rule. Pure."""
