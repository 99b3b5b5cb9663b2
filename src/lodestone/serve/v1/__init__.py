"""Lodestone's routes, a module for each subject."""
