"""`export atom`: the posts as one Atom feed (RFC 4287), for feed readers and other blog hosts."""

from lxml import etree

from blogarchive.export.run import ExportJob, exporter
from blogarchive.rendering.atom import NAMESPACE, NAMESPACES, build_entry, build_head


@exporter
def export_atom(job: ExportJob) -> None:
    """Write the posts with a stored body as a feed to the file `out`, or to `feed.xml` in a folder.

    Entries are sorted oldest first within a blog and have sanitized HTML; images have their URLs at the site.
    """
    with job.open_file("feed.xml") as file, etree.xmlfile(file, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element(f"{{{NAMESPACE}}}feed", nsmap=NAMESPACES):
            for element in build_head(job.reader.blogs()):
                xml.write(element)
            for blog, post in job.posts(is_text_only=True):
                if post.has_text:
                    xml.write(build_entry(blog, post))
    job.done.posts -= job.done.missing
