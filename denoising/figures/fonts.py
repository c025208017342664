"""The fonts of the figures: one that comes with Matplotlib and, for Chinese, one of the system."""

from contextlib import suppress
from functools import cache

from matplotlib.font_manager import findfont, findSystemFonts, fontManager, get_font

from denoising.errors import DenoisingError
from denoising.language.texts import CHINESE, current_language

LATIN = "DejaVu Sans"
HAN_FONTS = (  # with simplified characters, on Linux, macOS and Windows
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans CJK JP",  # all of the family have the same characters
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "Arial Unicode MS",
)


def families() -> list[str]:
    """Return the fonts of this language, in the order in which a character is looked for.

    Raises:
        DenoisingError: when there is none for it.
    """
    return [LATIN, han_font()] if current_language() == CHINESE else [LATIN]


@cache
def han_font() -> str:
    """Return the first font of this machine with Chinese characters; raises `DenoisingError` where there is none."""
    for find in (lambda: None, _add_new_fonts):  # Matplotlib's list is from its first start
        find()
        installed = {font.name for font in fontManager.ttflist}
        for name in HAN_FONTS:
            if name in installed:
                return name
    raise DenoisingError(
        "No font with Chinese characters was found. Install one, such as Noto Sans CJK (Debian and Ubuntu: "
        "apt install fonts-noto-cjk), or set the language to en."
    )


def _add_new_fonts() -> None:
    known = {font.fname for font in fontManager.ttflist}
    for path in findSystemFonts():
        if path not in known:
            with suppress(Exception):  # a file that Matplotlib cannot read, whatever it raises
                fontManager.addfont(path)


def can_draw(text: str) -> bool:
    """Say whether the fonts have every character of a text, such as the name of a file in any script."""
    known = {char for name in families() for char in get_font(findfont(name)).get_charmap()}
    return all(ord(char) in known for char in text)
