"""Which language and script a text is in, for the browser's fonts, hyphens and voices."""

from functools import cache

from opencc import OpenCC

_LOOKED_AT = 600


@cache
def _converters() -> tuple[OpenCC, OpenCC]:
    return OpenCC("t2s"), OpenCC("s2t")


def language(text: str | None) -> str:
    """`zh-Hans`, `zh-Hant`, `ja`, `ko` or `en`: by the characters that only one of them writes."""
    beginning = (text or "")[:_LOOKED_AT]
    han = sum("\u3400" <= character <= "\u9fff" for character in beginning)
    kana = sum("\u3041" <= character <= "\u30ff" for character in beginning)
    hangul = sum("\uac00" <= character <= "\ud7a3" for character in beginning)
    if hangul > han:
        return "ko"
    if kana > 4 and kana * 4 > han:
        return "ja"
    if not han:
        return "en" if any("a" <= character.lower() <= "z" for character in beginning) else "zh-Hans"
    to_simplified, to_traditional = _converters()
    traditional = _changed(beginning, to_simplified.convert(beginning))
    simplified = _changed(beginning, to_traditional.convert(beginning))
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _changed(before: str, after: str) -> int:
    return sum(one != other for one, other in zip(before, after, strict=False))
