"""What holds for every test: a property is true or not, however long a busy machine takes over an example."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
