"""Images, built by buildah as an operator's engine would, on a base that debootstrap makes as slim as Debian's."""

import hashlib
import json
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import yaml

from .debian import CERTIFICATES, OF_ITS_OWN, debian_mirror, network_environment, new, output

SUITE = "trixie"
# As debian:13-slim is made.
SLIM = """
cat >"$1/etc/dpkg/dpkg.cfg.d/docker" <<END
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
END
rm -rf "$1"/usr/share/info/* "$1"/usr/share/locale/* "$1"/usr/share/man/* "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/*
find "$1/usr/share/doc" ! -type d ! -name copyright -delete
"""
SECONDS_TO_BUILD = 600


class Images:
    """What one compose file builds. Layers are kept between runs."""

    def __init__(self, roots, compose):
        self.context = compose.parent
        self.services = yaml.safe_load(compose.read_text())["services"]
        self.roots, self.containers = roots, []
        folders = [f"--root={roots}/images", f"--runroot={roots}/images-run"]
        self.buildah = ["buildah", *folders, "--storage-driver=overlay"]

    def base(self):
        made_from = hashlib.sha256(SLIM.encode()).hexdigest()[:12]
        with new(self.roots / f"{SUITE}-slim-{made_from}") as root:
            if root:
                debootstrap = ["debootstrap", "--variant=minbase", SUITE, root, *debian_mirror()]
                subprocess.run([*OF_ITS_OWN, *debootstrap], check=True, timeout=900, stdout=subprocess.DEVNULL)
                subprocess.run(["sh", "-euc", SLIM, "slim", root], check=True, timeout=60)
        name = f"localhost/base:{made_from}"
        if not output(*self.buildah, "images", "--quiet", "--filter", f"reference={name}"):
            container = output(*self.buildah, "from", "scratch").strip()
            slim = self.roots / f"{SUITE}-slim-{made_from}"
            output(*self.buildah, "add", "--quiet", container, slim, "/", timeout=120)
            output(*self.buildah, "commit", "--quiet", "--rm", "--format=docker", container, name, timeout=120)
        return name

    def build(self, service):
        """Return the image's number."""
        build = self.services[service]["build"]
        context = (self.context / build["context"]).resolve()
        with tempfile.TemporaryDirectory() as folder:
            options = {"isolation": "chroot", "format": "docker", "file": context / build["dockerfile"]}
            options |= {"target": build["target"], "build-arg": f"BASE={self.base()}", "iidfile": f"{folder}/id"}
            command = [*self.buildah, "build", "--layers", "--force-rm"]
            command += [f"--{name}={value}" for name, value in options.items()]
            command += [f"--volume={source}:{target}:ro" for source, target in network(Path(folder)).items()]
            done = subprocess.run(
                [*OF_ITS_OWN, "--mount-proc", *command, context],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=SECONDS_TO_BUILD,
                check=False,
            )
            assert done.returncode == 0, done.stdout
            return Path(folder, "id").read_text()

    @contextmanager
    def mounted(self):
        """Give each image's root and what it says of itself, by the name that the services know it by."""
        images = {}
        try:
            for name, service in self.services.items():
                if service["image"] not in images:
                    image = self.build(name)
                    self.containers.append(output(*self.buildah, "from", image).strip())
                    root = output(*self.buildah, "mount", self.containers[-1]).strip()
                    told = json.loads(output(*self.buildah, "inspect", "--type=image", image))
                    images[service["image"]] = Path(root), told["Docker"]["config"]
            yield images
        finally:
            if self.containers:
                output(*self.buildah, "rm", *self.containers, timeout=60)
            # buildah's own, and busy where another run uses it.
            subprocess.run(
                ["umount", "--quiet", f"{self.roots}/images/overlay"], check=False, stderr=subprocess.DEVNULL
            )


def network(folder):
    """Return where in a build stands, of this machine, what apt and pip are told: none of it gets into an image."""
    options = {name[4:].lower(): value for name, value in network_environment().items() if name.startswith("PIP_")}
    told = "".join(f"{name} = {value}\n" for name, value in options.items()).replace(CERTIFICATES, "/tmp/certificates")
    (folder / "pip.conf").write_text(f"[global]\n{told}")
    acquire = [line for line in output("apt-config", "dump").splitlines() if line.startswith("Acquire::")]
    (folder / "apt.conf").write_text("\n".join(acquire) + "\n")
    paths = [Path(word) for word in told.replace("file://", "").split() if word.startswith("/")]
    # The links of an index of packages may lead to the folder beside it.
    found = {path.parent if path.name == "simple" else path for path in paths if path.exists()}
    return {
        folder / "pip.conf": "/etc/pip.conf",
        folder / "apt.conf": "/etc/apt/apt.conf.d/99acquire",
        CERTIFICATES: "/tmp/certificates",
    } | {path: path for path in found}
