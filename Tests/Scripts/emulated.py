"""Emulated hosts and marked processes, for scripts that try what several machines do."""

import glob
import os
import pathlib
import signal
import subprocess
import uuid

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SDT_BINARY", str(PROJECT / ".build/release/swift-dist-train"))


class Hosts:
    """Hosts NAME-1, NAME-2, … of cluster/emulate-hosts, for as long as a `with` lasts."""

    def __init__(self, name, count):
        self.name, self.count = name, count

    def words(self, *words):
        return [str(PROJECT / "cluster/emulate-hosts"), "--name", self.name, *words]

    def call(self, *words):
        return subprocess.run(self.words(*words), check=True, capture_output=True, text=True).stdout.strip()

    def __enter__(self):
        self.call("up", str(self.count))
        self.agent = self.call("agent")
        return self

    def __exit__(self, *error):
        self.call("down")

    @property
    def open_mpi(self):
        """What Open MPI is told about the network: the agent in the place of ssh, TCP on e0 and nothing else."""
        parameters = {
            "plm_rsh_agent": self.agent, "plm_rsh_no_tree_spawn": "1", "btl": "tcp,self,vader", "pml": "ob1",
            "btl_tcp_if_include": "e0", "oob_tcp_if_include": "e0", "rmaps_base_oversubscribe": "1",
            "mpi_yield_when_idle": "1",
        }
        allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        return allowed | {f"OMPI_MCA_{name}": value for name, value in parameters.items()}


class Marked:
    """A command and all that it starts: every process carries a mark in its environment."""

    def __init__(self, words, output, environment):
        self.mark = f"SDT_TEST_MARK={uuid.uuid4()}"
        with open(output, "ab") as file:
            self.process = subprocess.Popen(
                words, env=os.environ | environment | dict([self.mark.split("=")]), stdin=subprocess.DEVNULL,
                stdout=file, stderr=file, start_new_session=True)

    def processes(self):
        """(pid, its environment) of all that are there."""
        for path in glob.glob("/proc/[0-9]*/environ"):
            try:
                entries = pathlib.Path(path).read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if self.mark in entries:
                yield int(path.split("/")[2]), entries

    def ranks(self):
        """The processes of the ranks, by rank."""
        found = {}
        for pid, entries in self.processes():
            for entry in entries:
                if entry.startswith("OMPI_COMM_WORLD_RANK="):
                    found[int(entry.split("=")[1])] = pid
        return found

    def launchers(self):
        """The processes of mpirun."""
        for pid, _ in self.processes():
            try:
                if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() in ("mpirun", "orterun"):
                    yield pid
            except OSError:
                continue

    def poll(self):
        return self.process.poll()

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """All of it."""
        for pid, _ in list(self.processes()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
