"""Run by test_faults in a process of its own, to be killed: collect a case from a practice tenant that misbehaves.

Waits are shortened a hundredfold: how long the kit waits is tested elsewhere.
"""

import sys
import time
from pathlib import Path

from o365nb import investigate
from o365nb.case import Case
from o365nb.progress import Progress
from o365nb.tenant import Profile, connect


def main(root, base_url, ca_file, tenant_id, client_id, secret):
    profile = Profile.simulator(base_url=base_url, ca_file=ca_file, tenant_id=tenant_id, client_id=client_id)
    with connect(profile, secret=secret, sleep=lambda seconds: time.sleep(seconds / 100)) as tenant:
        investigate.collect(Case.open(Path(root)), tenant, Progress())


if __name__ == "__main__":
    main(*sys.argv[1:])
