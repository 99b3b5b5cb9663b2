"""`python -m lodestone.learning JOB.json`: make a version of item lists, see `make`."""

import sys

from lodestone.learning.make import main

if __name__ == "__main__":
    sys.exit(main())
