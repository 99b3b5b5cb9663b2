"""The command `lodestone`; `python -m lodestone` is the same."""

import sys


def main() -> None:
    """Run the command line, or say what to install where the client was installed alone."""
    try:
        from lodestone.cli import main as run  # noqa: PLC0415  its packages may not be there
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("lodestone"):
            raise
        sys.exit(
            f"lodestone: {error.name} is not installed: this is the client alone; pip install 'lodestone[serve]'"
        )
    run()


if __name__ == "__main__":
    main()
