"""A month whose listing is under way is fetched again if its days change meanwhile."""

from datetime import timedelta

from blogarchive.items import PageKind, Target
from blogarchive.store.database.archive import Archive
from blogarchive.store.ingest import save_page
from tests.store.fake_blog import SITE, Clock, Entry, a_blog, texts

MONTH = "2024-03"


def test_a_post_that_appears_in_the_second_of_the_first_page_of_its_month_is_not_missed(
    archive: Archive, clock: Clock
) -> None:
    blog = a_blog(24)
    number = next(entry.number for entry in blog.entries.values() if entry.month == MONTH)
    url = blog.url(f"m/{MONTH}")
    month = Target(url=url, site=SITE, kind=PageKind.MONTH, uid=blog.uid, chain=url)
    save_page.save_page(archive, blog.crawled(blog.home, clock()), None)
    second = clock()
    save_page.save_page(archive, blog.crawled(month, second + timedelta(seconds=0.1)), None)
    assert texts(archive, "select state from frontier where url like '%/m/2024-03'") == ["done"]
    blog.add(Entry(number=600000, title="新的一篇", when=f"{MONTH}-30 10:00:00", text="正文。"))
    post = blog.crawled(blog.post_target(number), second + timedelta(seconds=0.3))
    save_page.save_page(archive, post, None)
    assert texts(archive, "select state from frontier where url like '%/m/2024-03'") == ["todo"]
