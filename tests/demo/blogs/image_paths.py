"""The paths of faulty or unusual images of the demo host."""

MISSING = "/upfile/20100901/10000404.jpg"  # 404
ERROR_PAGE = "/upfile/20100901/10000200.jpg"  # an HTML page with status 200 and an image's type
MISNAMED = "/upfile/20100902/10000001.jpg"  # a PNG that says it is a JPEG
TWINS = ("/upfile/20100903/10000011.png", "/upfile/20100903/10000012.png")  # the same bytes
DRAWING = "/upfile/20100904/10000021.svg"
BOMB = "/upfile/20100905/10000031.png"  # 400 million pixels in a few kilobytes
MOVED = "/upfile/20100906/10000041.png"  # redirects to the first of the twins
EMPTY = "/upfile/20100907/10000051.gif"  # status 200, no bytes
