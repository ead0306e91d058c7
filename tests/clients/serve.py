"""Runs a program beside the service on a throwaway PostgreSQL with the demo data: serve.py COMMAND…

The program's first line is the address that links shall begin with; it is told the service's own on its standard
input, and the database's by DATABASE_URL. Its exit status becomes ours.
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.postgres import Cluster
from support.service import REPOSITORY, Service, migrate


def main():
    with Cluster() as cluster:
        url = cluster.create_database("clients")
        migrate(url)
        demo = REPOSITORY / "migrations" / "demo" / "demo.sql"
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", demo, url], check=True)
        with subprocess.Popen(sys.argv[1:], env=dict(os.environ, DATABASE_URL=url), text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as program:
            public = program.stdout.readline().strip()
            with Service(url, public_url=public) as service:
                program.stdin.write(service.base_url + "\n")
                program.stdin.close()
                for line in program.stdout:
                    print(line, end="", flush=True)
                return program.wait()


if __name__ == "__main__":
    sys.exit(main())
