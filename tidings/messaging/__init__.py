"""What is said: messages, their versions, personalization and the MIME form of each copy."""
