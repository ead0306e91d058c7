"""The service under test as a child process.

BACKREF_BINARY names the program; without it build/backref of this repository is used. All
sanitizer options are always set (a plain build ignores them) so that any finding ends the process
with status 99, and a finding in the log makes stop() raise whatever the exit status was.
"""

import os
import pathlib
import re
import signal
import subprocess
import threading
import time

from .given import skip_when_given

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SANITIZER_STATUS = 99
SANITIZER_SIGNS = ("ERROR: AddressSanitizer", "runtime error:", "WARNING: ThreadSanitizer",
                   "LeakSanitizer")
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": f"detect_leaks=1:halt_on_error=1:exitcode={SANITIZER_STATUS}",
    "UBSAN_OPTIONS": f"halt_on_error=1:print_stacktrace=1:exitcode={SANITIZER_STATUS}",
    "TSAN_OPTIONS": f"halt_on_error=1:second_deadlock_stack=1:atexit_sleep_ms=0:exitcode={SANITIZER_STATUS}",
}
LISTENING = re.compile(r"listening on ([^\s\",}]+)")
# A sanitizer build under load is several times slower; deadlines of the harness scale with it.
START_SECONDS = 30
STOP_SECONDS = 40


def binary():
    """Path of the program under test."""
    path = pathlib.Path(os.environ.get("BACKREF_BINARY") or REPOSITORY / "build" / "backref")
    path = path if path.is_absolute() else (pathlib.Path.cwd() / path)
    skip_when_given("the program itself is not there")
    if not path.exists():
        raise RuntimeError(f"{path} does not exist: run make, or set BACKREF_BINARY")
    return path


def is_sanitized():
    return "san-" in str(binary())


def _command(*args):
    """ThreadSanitizer of gcc 12 cannot place its shadow under high address randomisation, so such
    a build runs with randomisation off. setarch replaces itself: the pid stays the service's."""
    prefix = ["setarch", "-R"] if "san-thread" in str(binary()) else []
    return prefix + [str(binary()), *map(str, args)]


def _environment(extra=None):
    """What is set for the tests is not for the program, but for the way in which it batches."""
    dropped = ("PG", "BACKREF_", "DATABASE_URL")
    env = {k: v for k, v in os.environ.items() if not k.startswith(dropped) or k == "BACKREF_COALESCING"}
    env.update(SANITIZER_OPTIONS)
    env.update({k: str(v) for k, v in (extra or {}).items()})
    return env


def flag_words(flags):
    """{"page_max": 5, "listen": ["a", "b"], "verbose": True} -> command line words."""
    words = []
    for name, value in flags.items():
        flag = "--" + name.replace("_", "-")
        values = value if isinstance(value, (list, tuple)) else [value]
        for one in values:
            words += [flag] if one is True else [flag, str(one)]
    return words


def run(*args, env=None, timeout=60, cwd=None):
    """Run `backref ARGS` to its end. Returns a CompletedProcess with text output."""
    done = subprocess.run(_command(*args), env=_environment(env), cwd=cwd, text=True,
                          errors="replace", stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=timeout)
    refuse_findings(done.stderr)
    return done


def migrate(database, *args, check=True, timeout=60):
    """`backref migrate ARGS --database URL`; `up` when no arguments are given."""
    done = run("migrate", *(args or ("up",)), "--database", database, timeout=timeout)
    if check and done.returncode != 0:
        raise RuntimeError(f"migrate {args} failed:\n{done.stdout}{done.stderr}")
    return done


def refuse_findings(log):
    for sign in SANITIZER_SIGNS:
        at = log.find(sign)
        if at >= 0:
            raise AssertionError(f"sanitizer finding:\n{log[max(0, at - 500):at + 6000]}")


class Service:
    """`with Service(url, workers=2) as service:` starts the program and stops it cleanly.

    Keyword arguments are flags of `serve` (underscores for dashes; a list repeats the flag).
    Without a database the program finds it by itself, by the variables in `env`.
    """

    def __init__(self, database, env=None, listen="127.0.0.1:0", wait=True, **flags):
        self.database = database
        self.addresses = []
        self._lines = []
        self._ready = threading.Event()
        words = ["serve"] + (["--database", database] if database else [])
        words += flag_words({"listen": listen}) if listen else []
        self._expected = len(listen) if isinstance(listen, (list, tuple)) else 1
        self._command = _command(*words, *flag_words(flags))
        self._env = _environment(env)
        self.process = None
        self._start()
        if wait:
            self.wait_until_listening()

    def _start(self):
        self.process = subprocess.Popen(
            self._command, env=self._env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace")
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()

    def _read_log(self):
        for line in self.process.stderr:
            self._lines.append(line)
            found = LISTENING.search(line)
            if found:
                self.addresses.append(found.group(1))
                if len(self.addresses) >= self._expected:
                    self._ready.set()
        self._ready.set()

    def wait_until_listening(self, seconds=START_SECONDS):
        self._ready.wait(seconds)
        if len(self.addresses) < self._expected:
            self.kill()
            raise RuntimeError(f"the service did not start listening:\n{self.log()}")

    # -- what it is ------------------------------------------------------------------------

    @property
    def host(self):
        return self.addresses[0].rpartition(":")[0].strip("[]")

    @property
    def port(self):
        return int(self.addresses[0].rpartition(":")[2])

    @property
    def base_url(self):
        return f"http://{self.addresses[0]}"

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process.poll() is None

    def log(self):
        """Everything written to stderr so far."""
        return "".join(self._lines)

    def wait_for_log(self, pattern, seconds=10):
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.log()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{pattern!r} not in the log:\n{self.log()}")
            time.sleep(0.02)

    def migrate(self, *args, **options):
        return migrate(self.database, *args, **options)

    # -- its end ---------------------------------------------------------------------------

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=STOP_SECONDS):
        """Wait for the end without asking for it. Returns the exit status."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the service did not end in {seconds} s:\n{self.log()[-6000:]}") from None
        self._reader.join(5)
        refuse_findings(self.log())
        return status

    def stop(self, seconds=STOP_SECONDS):
        """SIGTERM, then wait. Returns the exit status; raises on a sanitizer finding."""
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self):
        """SIGKILL: the process gets no chance to tidy up."""
        self.process.kill()
        self.process.wait()
        self._reader.join(5)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.returncode is not None:
            refuse_findings(self.log())
            return
        status = self.stop()
        if status != 0 and kind is None:
            raise AssertionError(f"the service ended with status {status}:\n{self.log()[-6000:]}")
