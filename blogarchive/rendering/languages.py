"""Detect the language and script of a text, for the browser's fonts, hyphenation and speech."""

from functools import cache

from opencc import OpenCC

_SAMPLE = 600


@cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


def detect_language(text: str | None) -> str:
    """Return `zh-Hans`, `zh-Hant`, `ja` or `ko` by their characters; else `en` for Latin letters, `zh-Hans` for the rest."""
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
    traditional = _count_converted(sample, "t2s")
    # OpenCC loads its phrases of Simplified characters in 45 ms: only texts with Traditional ones need them.
    is_traditional = traditional > 0 and traditional > _count_converted(sample, "s2t")
    return "zh-Hant" if is_traditional else "zh-Hans"


def _count_converted(text: str, name: str) -> int:
    converted = _converter(name).convert(text)
    return sum(one != other for one, other in zip(text, converted, strict=False))
