"""The servers under measurement: how each is started, loaded, stopped for a while, and what it costs."""
import os, pwd, shutil, signal, socket, subprocess, time

TICKS = os.sysconf("SC_CLK_TCK")
PGBIN = os.environ.get("PGBIN") or next(
    (d for d in ("/usr/lib/postgresql/15/bin", "/usr/pgsql-15/bin") if os.path.isdir(d)), "")
VALUE = "0123456789abcdef" * 6
ROWS_PER_INSERT = 500


class Missing(Exception):
    """This server cannot be measured here; the text says why."""


def program(name):
    path = shutil.which(name, path=os.pathsep.join([PGBIN, os.environ.get("PATH", "")]))
    if not path:
        raise Missing(f"{name} is not installed")
    return path


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def stat(pid):
    """The fields of /proc/PID/stat after the command's name: 1 is the parent, 11 to 14 the CPU times."""
    with open(f"/proc/{pid}/stat") as f:
        return f.read().rsplit(")", 1)[1].split()


def process_tree(root):
    children = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            children.setdefault(int(stat(pid)[1]), []).append(int(pid))
        except OSError:
            pass                                  # it has ended since
    tree = [root]
    for pid in tree:
        tree += children.get(pid, [])
    return tree


class Server:
    """One process and its children. A subclass gives `command`, `answers` and `load`."""

    goodbye = signal.SIGTERM

    def __init__(self, name, folder):
        self.name, self.folder, self.port, self.process = name, os.path.join(folder, name), free_port(), None

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.prepare()
        with open(self.folder + ".log", "wb") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True, **self.account())
        deadline = time.monotonic() + 60
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(self.folder + ".log", errors="replace") as log:
                    raise Missing("it does not start: " + " / ".join(log.read().strip().splitlines()[-3:]))
            time.sleep(0.05)

    def prepare(self):
        pass

    def account(self):
        return {}

    def version(self):
        out = subprocess.run([self.command()[0], "--version"], capture_output=True, text=True).stdout
        return out.strip().splitlines()[0] if out.strip() else self.name

    def send(self, number):
        for pid in process_tree(self.process.pid):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def pause(self):
        self.send(signal.SIGSTOP)

    def resume(self):
        self.send(signal.SIGCONT)

    def stop(self):
        if not self.process:
            return
        self.resume()
        self.process.send_signal(self.goodbye)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self.process.wait()
        self.process = None

    def cpu(self):
        """Seconds of user and system time of the whole tree, children that have ended included."""
        total = 0
        for pid in process_tree(self.process.pid):
            try:
                total += sum(map(int, stat(pid)[11:15]))
            except OSError:
                pass
        return total / TICKS


class SqlServer(Server):
    """Anything that speaks the PostgreSQL protocol; psql and pgbench are its clients."""

    def __init__(self, name, folder):
        super().__init__(name, folder)
        self.psql, self.pgbench = program("psql"), program("pgbench")

    def address(self):
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]

    def run_psql(self, script):
        return subprocess.run([self.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", *self.address(), "-d", "postgres"],
                              input=script, capture_output=True, text=True, env=dict(os.environ, PGCONNECT_TIMEOUT="5"))

    def answers(self):
        return self.run_psql("SELECT 1;").returncode == 0

    def load(self, keys):
        script = ["CREATE TABLE kvstore (key text PRIMARY KEY, value text);\n"]
        for first in range(1, keys + 1, ROWS_PER_INSERT):
            rows = (f"('{k}','{VALUE}')" for k in range(first, min(first + ROWS_PER_INSERT, keys + 1)))
            script.append("INSERT INTO kvstore (key, value) VALUES " + ",".join(rows) + ";\n")
        done = self.run_psql("".join(script))
        if done.returncode:
            raise Missing("its rows could not be loaded: " + done.stderr.strip()[:300])
        self.settle()

    def settle(self):
        pass


class Keywire(SqlServer):
    def __init__(self, folder, binary):
        super().__init__("keywire", folder)
        if not os.access(binary, os.X_OK):
            raise Missing(f"{binary} is not built (cargo build --release)")
        self.binary = binary

    def command(self):
        return [self.binary, "serve", "--data", self.folder, "--listen", f"127.0.0.1:{self.port}"]


class Postgres(SqlServer):
    goodbye = signal.SIGINT                       # a fast shutdown

    def __init__(self, folder):
        super().__init__("postgres", folder)
        self.binary, self.initdb = program("postgres"), program("initdb")
        if " 15" not in self.version():
            raise Missing(f"PostgreSQL 15 is not installed (found {self.version()}; PGBIN names its folder)")

    def account(self):
        """PostgreSQL refuses to run as root, so root lends it the account its package made."""
        if os.getuid():
            return {}
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            raise Missing("root cannot run PostgreSQL and there is no account postgres") from None
        return dict(user=user.pw_uid, group=user.pw_gid, extra_groups=[])

    def prepare(self):
        account = self.account()
        if account:
            os.chown(self.folder, account["user"], account["group"])
        os.chmod(self.folder, 0o700)
        done = subprocess.run([self.initdb, "-D", self.folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N",
                               "--locale=C.UTF-8"], capture_output=True, text=True, cwd="/", **account)
        if done.returncode:
            raise Missing(f"initdb failed ({done.stderr.strip()}); --dir names another folder")

    def command(self):
        settings = dict(port=self.port, listen_addresses="127.0.0.1", unix_socket_directories="", max_connections=300,
                        shared_buffers="1GB", max_wal_size="8GB", checkpoint_timeout="15min")
        return [self.binary, "-D", self.folder] + [a for k, v in settings.items() for a in ("-c", f"{k}={v}")]

    def settle(self):
        self.run_psql("VACUUM ANALYZE;\nCHECKPOINT;\n")


class Redis(Server):
    """With every write synced before its answer, which is what an SQL commit promises."""

    def __init__(self, folder):
        super().__init__("redis", folder)
        self.binary, self.benchmark, self.cli = map(program, ("redis-server", "redis-benchmark", "redis-cli"))

    def command(self):
        return [self.binary, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.folder, "--save", "",
                "--appendonly", "yes", "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0"]

    def run_cli(self, *args, **kwargs):
        return subprocess.run([self.cli, "-p", str(self.port), *args], capture_output=True, **kwargs)

    def answers(self):
        return self.run_cli("PING").stdout == b"PONG\n"

    def load(self, keys):
        """Keys in redis-benchmark's own spelling."""
        done = self.run_cli("--pipe", input="".join(
            f"*3\r\n$3\r\nSET\r\n$16\r\nkey:{k:012d}\r\n$96\r\n{VALUE}\r\n" for k in range(keys)).encode())
        if done.returncode:
            raise Missing("its keys could not be loaded: " + done.stderr.decode().strip()[:300])
