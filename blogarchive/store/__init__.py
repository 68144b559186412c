"""The only place that speaks SQL."""

import sys

# sqlite-utils imports pandas and numpy if they are installed, for types that no row here has: 110 MB and 0.5 s for each
# command of a researcher who has them.
_hidden = [name for name in ("pandas", "numpy") if name not in sys.modules]
for _name in _hidden:
    sys.modules[_name] = None  # type: ignore[assignment]
import sqlite_utils  # noqa: E402, F401

for _name in _hidden:
    del sys.modules[_name]
