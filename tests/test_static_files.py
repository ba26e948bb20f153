from django.core.management import call_command

from coworking_norge.storage import HashedStaticFilesStorage


def test_list_of_static_files_is_not_among_them(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    storage = HashedStaticFilesStorage(location=tmp_path / "static", base_url="/static/")
    storage.save_manifest()
    assert [path.name for path in tmp_path.rglob("*.json")] == ["staticfiles.json"]
    assert not list(tmp_path.glob("static/*"))
    assert HashedStaticFilesStorage(location=tmp_path / "static", base_url="/static/").load_manifest()[0] == {}


def test_file_is_compressed_once_under_the_name_that_pages_point_to(settings, tmp_path):
    """Upgrades share the folder, and one may have broken off in the middle of a file."""
    source, settings.STATIC_ROOT, settings.DATA_DIR = tmp_path / "source", tmp_path / "static", tmp_path
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    backend = {"BACKEND": "coworking_norge.storage.HashedStaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": backend}
    source.mkdir()

    def compressed(css):
        (source / "a.css").write_text(css)
        call_command("collectstatic", interactive=False, verbosity=0)
        return {path: path.stat().st_ctime_ns for path in settings.STATIC_ROOT.glob("a.*.css.[bg][rz]")}

    first = compressed("a {}" * 100)
    assert len(first) == 2
    assert compressed("a {}" * 100) == first
    assert compressed("b {}" * 100).items() > first.items()
    for half in first:
        whole = half.read_bytes()
        half.write_bytes(whole[:-3])
        compressed("a {}" * 100)
        assert half.read_bytes() == whole
    assert not list(settings.STATIC_ROOT.glob("a.css.*"))
