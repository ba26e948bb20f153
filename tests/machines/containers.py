"""The services of a compose file, without an engine: in namespaces of their own, with what the file lets them have."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from resource import RLIMIT_NOFILE, getrlimit
from shlex import quote

from .debian import OF_ITS_OWN

SECONDS = 120  # anything may take to start
SECONDS_TO_STOP = 30  # an engine waits for ten, on a machine of its own
ROOT = """
mount -t tmpfs tmpfs {folder}
mkdir {folder}/upper {folder}/work {folder}/root
mount -t overlay overlay -o lowerdir={root},upperdir={folder}/upper,workdir={folder}/work {folder}/root
cd {folder}/root
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs -o mode=1777,size={shm_size} tmpfs dev/shm
mount --bind {hosts} etc/hosts
"""


class Composition:
    def __init__(self, images, roots, folder):
        """Of images that are mounted. Volumes and logs are in the folder."""
        self.images, self.roots, self.folder = images, roots, folder
        self.processes, self.order, self.waits = {}, [], []
        for name in ("volumes", "logs", "roots"):
            (folder / name).mkdir()
        (folder / "hosts").write_text(f"127.0.0.1 localhost {' '.join(images.services)}\n")
        loopback = "ip link set lo up; echo; exec sleep 900"
        alone = ["setpriv", "--pdeathsig=KILL", "unshare", "--net", "sh", "-ec", loopback]
        self.network = subprocess.Popen(alone, stdout=subprocess.PIPE)
        assert self.network.stdout.readline(), "no network"
        self.in_network = ["nsenter", f"--net=/proc/{self.network.pid}/ns/net"]

    def up(self):
        self.order.clear()
        self.waits.clear()
        for name in self.images.services:
            self.start(name)

    def start(self, name):
        if name in self.order:
            return
        service = self.images.services[name]
        needed = service.get("depends_on", {})
        for other in needed:
            condition = needed[other]["condition"] if isinstance(needed, dict) else "service_started"
            self.start(other)
            self.wait_for(other, condition)
            self.waits.append((name, condition, other))
        with (self.folder / "logs" / name).open("a") as log:
            command = [*OF_ITS_OWN[:2], *self.in_network, *OF_ITS_OWN[2:], "sh", "-euc", self.script(name)]
            self.processes[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.order.append(name)
        self.wait_for(name, "service_started")

    def script(self, name):
        service, (root, says) = self.images.services[name], self.roots[self.images.services[name]["image"]]
        folder = self.folder / "roots" / name
        folder.mkdir(exist_ok=True)
        self.started(name).unlink(missing_ok=True)
        shm_size = service.get("shm_size", "64mb").removesuffix("b")
        lines = [ROOT.format(folder=folder, root=root, hosts=self.folder / "hosts", shm_size=shm_size)]
        for mount in service["tmpfs"]:
            target, _, options = mount.partition(":")
            options = ",".join(filter(None, ["nosuid,nodev,noexec,mode=1777", options]))
            lines += [f"mkdir -p .{target}", f"mount -t tmpfs -o {options} tmpfs .{target}"]
        for source, target, *options in (mount.split(":") for mount in service["volumes"]):
            source = self.volume(source, root / target[1:])
            make = "mkdir -p" if source.is_dir() else "touch"
            lines += [f"{make} .{target}", f"mount --bind {source} .{target}"]
            lines += [f"mount -o remount,bind,{option} .{target}" for option in options]
        if service["read_only"]:
            lines.append("mount -o remount,ro .")
        if "ulimits" in service:
            most = getrlimit(RLIMIT_NOFILE)[1]  # of this machine: not even root may raise it everywhere
            lines.append(f"ulimit -n {min(service['ulimits']['nofile'], most)}")
        command = [word.replace("$$", "$") for word in service.get("command", says["Cmd"])]
        return "\n".join(
            [
                *lines,
                f"touch {self.started(name)}",
                f"exec chroot . {' '.join(map(quote, self.as_user(name, command)))}",
            ]
        )

    def volume(self, source, first):
        """A folder beside the compose file or, as engines do it, a volume that begins as what the image has there."""
        if source.startswith("."):
            return (self.images.context / source).resolve()
        volume = self.folder / "volumes" / source
        if not volume.exists():
            if first.exists():
                subprocess.run(["cp", "-a", first, volume], check=True)
            else:
                volume.mkdir()
        return volume

    def as_user(self, name, command):
        service, (root, says) = self.images.services[name], self.roots[self.images.services[name]["image"]]
        users = [line.split(":") for line in (root / "etc/passwd").read_text().splitlines()]
        user, group = next(user[2:4] for user in users if user[0] == (says["User"] or "root"))
        assert service["cap_drop"] == ["ALL"]
        rights = ",".join(["-all", *(f"+{right.lower()}" for right in service.get("cap_add", []))])
        held = [f"--reuid={user}", f"--regid={group}", "--clear-groups", f"--bounding-set={rights}", "--inh-caps=-all"]
        if "no-new-privileges:true" in service["security_opt"]:
            held.append("--no-new-privs")
        variables = [*says["Env"]]
        if "env_file" in service:
            lines = (self.images.context / service["env_file"]).read_text().splitlines()
            variables += [line for line in lines if line and not line.startswith("#")]
        folder = says["WorkingDir"] or "/"
        return ["setpriv", *held, "env", "-i", f"--chdir={folder}", *variables, *command]

    def wait_for(self, name, condition):
        end = time.monotonic() + SECONDS
        while not self.meets(name, condition):
            assert time.monotonic() < end, f"{name}: no {condition}\n{self.log(name)}"
            time.sleep(0.1)

    def meets(self, name, condition):
        code = self.processes[name].poll()
        if condition == "service_completed_successfully":
            assert code in (None, 0), self.log(name)
            return code == 0
        assert code is None or self.started(name).exists(), f"{name} ended: {code}\n{self.log(name)}"
        if condition == "service_healthy":
            assert code is None, f"{name} ended: {code}\n{self.log(name)}"
            kind, *command = self.images.services[name]["healthcheck"]["test"]
            assert kind == "CMD"
            return not self.run(name, *command).returncode
        return self.started(name).exists()

    def started(self, name):
        return self.folder / "roots" / f"{name}.started"

    def first_process(self, name):
        pid = self.processes[name].pid
        return int(next(iter(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()), 0))

    def run(self, name, *command):
        """As `exec` does it."""
        namespaces = [f"--target={self.first_process(name)}", "--mount", "--net", "--pid"]
        root = self.folder / "roots" / name / "root"
        command = ["nsenter", *namespaces, "chroot", root, *self.as_user(name, command)]
        return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)

    def log(self, name):
        return (self.folder / "logs" / name).read_text()[-5000:]

    def down(self):
        """Stop what runs as an engine does; return how each service ended."""
        codes = {}
        for name in reversed(self.order):
            process, says = self.processes[name], self.roots[self.images.services[name]["image"]][1]
            end = time.monotonic() + SECONDS_TO_STOP
            while process.poll() is None and time.monotonic() < end:
                # Again and again: a first process that does not listen yet hears nothing.
                self.signal(name, signal.Signals[says.get("StopSignal") or "SIGTERM"])
                time.sleep(0.2)
            codes[name] = process.poll()
            self.kill(name)
        return codes

    def signal(self, name, number):
        if pid := self.first_process(name):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self, name):
        """Kill the first process, with which all of its namespace end."""
        if self.processes[name].poll() is None:
            self.signal(name, signal.SIGKILL)
            try:
                self.processes[name].wait(5)
            except subprocess.TimeoutExpired:  # it had none yet
                self.processes[name].kill()
                self.processes[name].wait(5)

    def end(self):
        for name in reversed(self.processes):
            self.kill(name)
        self.network.kill()
        self.network.wait()
        self.network.stdout.close()
