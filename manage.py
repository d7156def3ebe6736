#!/usr/bin/env python
"""Django's command line for Trainingops."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingops.settings")
    from trainingops.local.memory import recall

    recall(os.environ, sys.argv[1:])  # before the settings are read
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"manage.py: {error}")


if __name__ == "__main__":
    main()
