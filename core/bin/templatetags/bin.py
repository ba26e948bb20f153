from django import template
from django.utils import timezone

from ..models import RETENTION

register = template.Library()


@register.simple_tag
def bin_until():
    """Return the day until which what is deleted now can be restored."""
    return timezone.localdate() + RETENTION
