#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from coworking_norge.logs import excepthook

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coworking_norge.settings")
    os.environ.setdefault("DATABASE_TIMEOUT", "0")  # nobody waits for a command: a migration may take its time
    sys.excepthook = excepthook
    execute_from_command_line(sys.argv)
