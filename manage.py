#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from coworking_norge.logs import uncaught

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coworking_norge.settings")
    sys.excepthook = uncaught
    execute_from_command_line(sys.argv)
