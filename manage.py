#!/usr/bin/env python
"""Django's command line for Trainingops."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingops.settings")
    if sys.argv[1:2] == ["demo"]:  # before the settings are read
        os.environ.setdefault("TRAININGOPS_MODE", "demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
