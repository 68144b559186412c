"""Detect the language and script of a text, for the browser's fonts, hyphenation and speech."""

from functools import cache

from opencc import OpenCC

_SAMPLE = 600


@cache
def _converters() -> tuple[OpenCC, OpenCC]:
    return OpenCC("t2s"), OpenCC("s2t")


def detect_language(text: str | None) -> str:
    """Return `zh-Hans`, `zh-Hant`, `ja`, `ko` or `en`, by the characters that only one of them uses."""
    sample = (text or "")[:_SAMPLE]
    han = sum("\u3400" <= character <= "\u9fff" for character in sample)
    kana = sum("\u3041" <= character <= "\u30ff" for character in sample)
    hangul = sum("\uac00" <= character <= "\ud7a3" for character in sample)
    if hangul > han:
        return "ko"
    if kana > 4 and kana * 4 > han:
        return "ja"
    if not han:
        return "en" if any("a" <= character.lower() <= "z" for character in sample) else "zh-Hans"
    to_simplified, to_traditional = _converters()
    traditional = _count_differences(sample, to_simplified.convert(sample))
    simplified = _count_differences(sample, to_traditional.convert(sample))
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def _count_differences(before: str, after: str) -> int:
    return sum(one != other for one, other in zip(before, after, strict=False))
