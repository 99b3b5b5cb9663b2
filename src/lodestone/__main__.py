"""`python -m lodestone` is `lodestone`."""

from lodestone.cli import main

main()
