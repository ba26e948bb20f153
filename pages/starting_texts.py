"""The texts that the site begins with: those that its templates are laid out around."""

import json
from pathlib import Path

from django.apps import apps
from django.utils.translation import gettext_noop

from .models import Agreement, Page, SiteSettings

TEXTS = Path(__file__).parent / "data/texts.json"


def load(sender, apps=apps, **_):
    """Create what there is not: fixed pages, the agreement, the row of settings. What has been edited stays."""
    # After each migration, and each time that tests have emptied the tables: templates count on them.
    if not {"agreement", "page", "sitesettings"} <= apps.all_models[sender.label].keys():  # migrated back
        return
    texts = json.loads(TEXTS.read_text())
    if not Agreement.objects.exists():  # from which day the first one holds is not known
        begin([Agreement(state=Agreement.State.PUBLISHED, **texts["agreement"])])
    if not SiteSettings.objects.exists():
        begin([SiteSettings(pk=1)])
    known = set(Page.objects.fixed().values_list("slug", flat=True))
    missing = [text for text in texts["pages"] if text["slug"] not in known]
    begin([Page(is_fixed=True, state=Page.State.PUBLISHED, **text) for text in missing])


def begin(rows):
    for model in {type(row) for row in rows}:
        model._base_manager.bulk_create(rows)  # as no change: what a release brings is of its own version
        model.history.bulk_history_create(rows, default_change_reason=gettext_noop("from the starting list"))
