# What the scripts of this folder share. Sourced by them, never run.

# shellcheck disable=SC2034  # used by the scripts that source this
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }

# fail [-CODE] MESSAGE…: one message on standard error, then exit with CODE (1 unless given).
fail() {
  local code=1
  if [[ $1 =~ ^-[0-9]+$ ]]; then
    code=${1#-}
    shift
  fi
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit "$code"
}

# The comment at the top of the script that runs is its help.
show_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p;}' "$0"; }

has_command() { command -v "$1" >/dev/null 2>&1; }

# as_root_allowed: Open MPI refuses to run as root until it has been told twice. Containers and CI run as root.
as_root_allowed() {
  if [[ $EUID == 0 ]]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
}

# cores: those that this process may use. Open MPI has one slot a core, not one a hardware thread.
cores() {
  local allowed physical
  allowed=$(nproc)
  physical=$(lscpu --parse=CORE,SOCKET 2>/dev/null | grep -v '^#' | sort -u | wc -l) || physical=0
  if ((physical > 0 && physical < allowed)); then say "$physical"; else say "$allowed"; fi
}
