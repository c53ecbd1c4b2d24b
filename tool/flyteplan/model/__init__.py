"""The nouns. Import them from their modules; nothing is loaded from here."""
