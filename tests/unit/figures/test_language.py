import ast
import json
import re
import string
from pathlib import Path

import pytest

from denoising.figures import fonts
from denoising.figures.labels import DATASET_LABELS, METHOD_LABELS, NOISE_LABELS, in_brackets, interval_text
from denoising.figures.wrapping import wrap
from denoising.language.texts import language, read_translations, sentences, spaced, width

LIBRARY = Path(fonts.__file__).parents[1]
LANGUAGES = sorted(path.stem for path in (LIBRARY / "language").glob("*.json"))
# Texts that are looked up by a variable: rows, groups, curves and splits.
BY_VARIABLE = {"noisy", "denoised", "original", "error", "best", "median", "worst", "repaired", "flipped"} | {
    "train",
    "validation",
    "test",
}


def texts() -> set[str]:
    """Return all texts that figures and report translate."""
    found = set(BY_VARIABLE)
    for path in [
        *(LIBRARY / "figures").glob("*.py"),
        *(LIBRARY / "report").glob("*.py"),
        LIBRARY / "language/texts.py",
    ]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "translated"):
                found |= {str(one.value) for one in node.args if isinstance(one, ast.Constant)}
    page = (LIBRARY / "report/page.html").read_text(encoding="utf-8")
    return found | set(re.findall(r'\b_\("([^"]+)"\)', page))


def placeholders(text: str) -> list[tuple[str | None, str | None]]:
    return sorted((name, form) for _, name, form, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_text_and_label_is_translated_and_keeps_its_numbers(name: str) -> None:
    translations = read_translations(name)
    assert set(translations["texts"]) == texts()
    for english, other in translations["texts"].items():
        assert placeholders(english) == placeholders(other), english
    for kind, labels in {"methods": METHOD_LABELS, "noise": NOISE_LABELS, "datasets": DATASET_LABELS}.items():
        assert set(translations[kind]) == set(labels)


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_translated_page_replaces_every_block_of_prose(name: str) -> None:
    pages = [(LIBRARY / f"report/{file}").read_text(encoding="utf-8") for file in ("page.html", f"page.{name}.html")]
    blocks = [dict(re.findall(r"{% block (\w+) %}(.*?){% endblock %}", page, re.DOTALL)) for page in pages]
    assert list(blocks[0]) == list(blocks[1])
    for block, prose in blocks[0].items():
        shown = [set(re.findall(r"summary\.[\w.]+|row\.\w+|data\.[\w.]+", of)) for of in (prose, blocks[1][block])]
        assert shown[0] == shown[1], block


def test_a_chinese_text_is_joined_and_broken_as_chinese() -> None:
    with language("zh-CN"):
        assert sentences("一。", "", "二。") == "一。二。"
        assert in_brackets(interval_text(1.0, 2.0, ".1f")) == "（1.0 至 2.0）"
    text = "去噪网络与最好的滤波器（高斯滤波）无法区分。选自图像文件夹的 10,000 张测试图像，各上方是它的 PSNR。"
    for columns in range(14, 40):
        lines = wrap(text, columns).split("\n")
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert max(map(width, lines)) <= columns
        assert not any(line.startswith(("。", "，", "）")) or line.endswith("（") for line in lines)
    assert spaced("MNIST的 10,000张图像，PSNR居中") == "MNIST 的 10,000 张图像，PSNR 居中"


def test_without_a_chinese_font_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "HAN_FONTS", ("No such font",))
    fonts.han_font.cache_clear()
    with language("zh-CN"), pytest.raises(fonts.DenoisingError, match="fonts-noto-cjk.*language to en"):
        fonts.families()
    fonts.han_font.cache_clear()


def test_the_translations_are_sorted() -> None:
    for name in LANGUAGES:
        keys = list(json.loads((LIBRARY / f"language/{name}.json").read_text(encoding="utf-8"))["texts"])
        assert keys == sorted(keys)
