"""Images on hosts that are not requested until the user allows them."""

import json
import sqlite3
from collections.abc import Sequence

from blogarchive.parsing.http import is_public, parse_address

_COUNTS = """
select m.host, count(distinct m.id) from post_media pm
  join media m on m.id = pm.media_id join posts p on p.id = pm.post_id
 where m.status = 'skipped' and m.host <> '' and p.author_id in (select value from json_each(?))
 group by m.host order by 2 desc, 1
"""


def count_skipped_by_host(connection: sqlite3.Connection, author_ids: Sequence[int]) -> dict[str, int]:
    """Return the number of images of these authors that wait for a permission, by host, the largest first.

    Images at private addresses are left out: no permission fetches them.
    """
    rows = connection.execute(_COUNTS, (json.dumps(author_ids),))
    return {host: count for host, count in rows if _is_public_host(host)}


def _is_public_host(host: str) -> bool:
    address = parse_address(host)
    return address is None or is_public(address)
