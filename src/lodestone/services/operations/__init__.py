"""Operations: what whoever runs an installation does to it as a whole."""
