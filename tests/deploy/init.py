"""Stands in for systemd, which runs in no container: reads the unit files and does what they say.

The first process of the machine that tests/deploy makes. `systemctl` there asks it over a socket. What it takes from
the units: sockets, users, directories, credentials, environments, ProtectSystem, PrivateTmp, capabilities, readiness,
reload, restart, OnFailure. Of nginx and PostgreSQL, which bring units of their own, it knows the commands.
"""

import grp
import json
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from fnmatch import fnmatch
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer

UNITS = Path("/etc/systemd/system")
ASK = "/run/init.sock"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NGINX = {"start": "pgrep -x nginx || nginx", "reload-or-restart": "nginx -s reload || nginx", "stop": "nginx -s quit"}
POSTGRESQL = {
    verb: f"pg_lsclusters -h | while read v n _ s _; do [ $s = {state} ] || pg_ctlcluster $v $n {verb} -m fast; done"
    for verb, state in {"start": "online", "stop": "down"}.items()
}
POSTGRESQL["start"] = POSTGRESQL["start"].replace(" -m fast", "")
OTHERS = {"nginx": NGINX, "postgresql": POSTGRESQL}


class Unit:
    def __init__(self, name):
        self.name = name
        self.stem, _, kind = name.rpartition(".")
        self.base, _, self.instance = self.stem.partition("@")
        at = "@" if self.instance else ""
        files = [UNITS / f"{self.base}{at}.{kind}"]
        files += sorted((UNITS / f"{self.base.split('-')[0]}-.{kind}.d").glob("*.conf"))
        self.settings = {}
        for line in "\n".join(file.read_text() for file in files).splitlines():
            key, given, value = line.partition("=")
            if given and not line.startswith(("#", " ")):
                value = value.replace("%i", self.instance).replace("%n", name)
                self.settings.setdefault(key, []).append(value)

    def get(self, key, default=""):
        return self.settings.get(key, [default])[-1]

    def environment(self):
        environment = {"PATH": PATH}
        for line in self.settings.get("Environment", []):
            environment |= dict(pair.split("=", 1) for pair in shlex.split(line))
        if file := self.get("EnvironmentFile"):
            lines = [line for line in Path(file).read_text().splitlines() if line and not line.startswith("#")]
            environment |= dict(line.split("=", 1) for line in lines)
        return environment

    def seconds(self, key, default):
        return float(self.get(key, default).replace("1h", "3600").replace("6h", "21600"))


class Machine:
    def __init__(self):
        self.sockets, self.services, self.stopping, self.timers = {}, {}, set(), set()

    def do(self, verb, name):
        stem = name.removesuffix(".service")
        if stem in OTHERS:
            self.do_other(verb, OTHERS[stem])
        elif name.endswith(".timer"):
            Unit(name)
            self.timers.add(name)
        else:
            kind = "socket" if name.endswith(".socket") else "service"
            getattr(self, f"{verb}_{kind}")(Unit(f"{stem}.service" if kind == "service" else name))

    @staticmethod
    def do_other(verb, commands):
        for command in [commands["stop"], commands["start"]] if verb == "restart" else [commands[verb]]:
            subprocess.run(["bash", "-c", command], check=True, env={"PATH": PATH}, capture_output=True)

    def start_socket(self, unit):
        if unit.name in self.sockets:
            return
        path = Path(unit.get("ListenStream"))
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        os.chown(path, pwd.getpwnam(unit.get("SocketUser")).pw_uid, 0)
        path.chmod(int(unit.get("SocketMode"), 8))
        listener.listen(int(unit.get("Backlog")))
        self.sockets[unit.name] = listener

    def stop_socket(self, unit):
        if listener := self.sockets.pop(unit.name, None):
            listener.close()
            Path(unit.get("ListenStream")).unlink()

    def start_service(self, unit):
        running = self.services.get(unit.name)
        if running and running.poll() is None:
            return
        environment, state = unit.environment(), []
        user = pwd.getpwnam(unit.get("User"))
        for name in unit.get("StateDirectory").split():
            folder = Path("/var/lib") / name
            folder.mkdir(exist_ok=True)
            folder.chmod(int(unit.get("StateDirectoryMode"), 8))
            os.chown(folder, user.pw_uid, grp.getgrnam(unit.get("Group")).gr_gid)
            state.append(str(folder))
        environment["STATE_DIRECTORY"] = ":".join(state)
        if unit.get("LoadCredential"):
            environment["CREDENTIALS_DIRECTORY"] = self.credentials(unit, user)
        process = self.spawn(unit, environment, [*state, *unit.get("ReadWritePaths").replace("-/", "/").split()])
        self.services[unit.name] = process
        if unit.get("Type") == "oneshot":
            if process.wait(unit.seconds("TimeoutStartSec", "600")):
                if unit.get("OnFailure"):
                    self.start_service(Unit(unit.get("OnFailure")))
                raise subprocess.CalledProcessError(process.returncode, unit.name)
        elif unit.get("Restart") == "always":
            threading.Thread(target=self.keep, args=[unit, process], daemon=True).start()

    @staticmethod
    def credentials(unit, user):
        folder = Path(tempfile.mkdtemp(prefix="credentials-", dir="/run"))
        for line in unit.settings["LoadCredential"]:
            name, _, path = line.partition(":")
            shutil.copyfile(path, folder / name)
            os.chown(folder / name, user.pw_uid, -1)
            (folder / name).chmod(0o400)
        os.chown(folder, user.pw_uid, -1)
        return str(folder)

    def spawn(self, unit, environment, writable):
        listener = self.sockets.get(f"{unit.stem}.socket")
        ready = None
        if unit.get("Type") == "notify":
            ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            environment["NOTIFY_SOCKET"] = f"/run/notify-{time.monotonic_ns()}"
            ready.bind(environment["NOTIFY_SOCKET"])
            Path(environment["NOTIFY_SOCKET"]).chmod(0o777)
        assert unit.get("ProtectSystem") == "strict"
        assert unit.get("PrivateTmp") == "yes"
        held = "".join(f"mount --bind {path} {path}; " for path in writable)
        sandbox = f"{held}mount -o remount,ro,bind /; mount -t tmpfs tmpfs /tmp; cd {unit.get('WorkingDirectory')}; "
        if listener:
            sandbox += "export LISTEN_FDS=1 LISTEN_PID=$$; "
        user = (
            f"--reuid={unit.get('User')} --regid={unit.get('Group')} --init-groups --bounding-set=-all --no-new-privs"
        )
        command = ["unshare", "--mount", "sh", "-ec", f"{sandbox}exec setpriv {user} -- {unit.get('ExecStart')}"]

        def prepare():
            os.umask(int(unit.get("UMask"), 8))
            os.setsid()
            if listener:
                os.dup2(listener.fileno(), 3)

        kept = [3] if listener else []
        with Path(f"/var/log/{unit.name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, env=environment, preexec_fn=prepare, pass_fds=kept, stdout=log, stderr=log
            )
        if ready:
            ready.settimeout(30)
            while b"READY=1" not in ready.recv(4096):
                pass
        return process

    def keep(self, unit, process):
        process.wait()
        if self.services.get(unit.name) is process and unit.name not in self.stopping:
            time.sleep(unit.seconds("RestartSec", "1"))
            self.start_service(unit)

    def stop_service(self, unit):
        process = self.services.get(unit.name)
        if process is None or process.poll() is not None:
            return
        self.stopping.add(unit.name)
        process.terminate()
        process.wait(unit.seconds("TimeoutStopSec", "90"))
        self.stopping.discard(unit.name)

    def restart_service(self, unit):
        self.stop_service(unit)
        self.start_service(unit)

    def reload_service(self, unit):
        if not self.is_active(unit.name):
            raise RuntimeError("not active")
        user = ["setpriv", f"--reuid={unit.get('User')}", f"--regid={unit.get('Group')}", "--init-groups", "--"]
        for command in unit.settings["ExecReload"]:
            words = shlex.split(command.replace("$MAINPID", str(self.services[unit.name].pid)))
            subprocess.run([*user, *words], check=True, cwd=unit.get("WorkingDirectory"), env=unit.environment())

    def is_active(self, name):
        return name in self.timers or (name in self.services and self.services[name].poll() is None)

    def answer(self, arguments):
        """What systemctl prints."""
        verb, *names = [word for word in arguments if not word.startswith("--")]
        if verb == "daemon-reload":
            return ""
        if verb == "pid":
            return f"{self.services[names[0]].pid}\n"
        if verb == "is-active":
            if not all(map(self.is_active, names)):
                raise RuntimeError("inactive")
            return ""
        if verb == "stop":
            names = [name for name in names if "*" not in name] + [
                name for name in self.services for pattern in names if "*" in pattern and fnmatch(name, pattern)
            ]
        if verb == "enable":
            for name in names:
                if not name.startswith(tuple(OTHERS)):
                    Unit(name)
            if "--now" not in arguments:
                return ""
            verb = "start"
        for name in names:
            if name.endswith(".timer") and verb == "stop":
                self.timers.discard(name)
                continue
            self.do(verb, name)
        return ""


class Question(StreamRequestHandler):
    def handle(self):
        try:
            told, code = self.server.machine.answer(json.loads(self.rfile.readline())), 0
        except Exception as error:
            told, code = f"{error!r}\n", 1
        self.wfile.write(json.dumps([told, code]).encode())


def ask():
    """systemctl: the arguments to the first process, its answer printed."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(ASK)
        line.sendall(json.dumps(sys.argv[1:]).encode() + b"\n")
        told, code = json.loads(line.makefile().read())
    (sys.stderr if code else sys.stdout).write(told)
    sys.exit(code)


if __name__ == "__main__":
    if Path(sys.argv[0]).name == "systemctl":
        ask()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with ThreadingUnixStreamServer(ASK, Question) as server:
        server.machine = Machine()
        server.serve_forever()
