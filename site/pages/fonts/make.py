"""Make the two font files of this folder from the full Noto Sans SC: ``python make.py REGULAR.ttf BOLD.ttf``.

The full fonts have 30,890 characters and 10 MB each. Kept are GB 2312, every character in a name of a place
(divisions and townships) and in the published records, the characters of people's names and the signs in
``more_characters.txt``, and the Traditional form of each of these as OpenCC writes it for Taiwan and Hong Kong.
Layout tables and hints go: boards and cards set upright lines of Chinese, which need neither. The result is packed
with Brotli alone, because unpacking WOFF2 takes seconds in Python and this takes 20 ms.
"""

import gzip
import io
import sys
from pathlib import Path

import brotli
import opencc
from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
SITE = HERE.parent.parent
SOURCES = (
    HERE / "more_characters.txt",
    SITE / "minsheng" / "data" / "divisions.csv",
    SITE / "minsheng" / "data" / "townships.csv.gz",
    SITE / "website" / "sample" / "published" / "projects.json",
)
GB_2312_LEADS, GB_2312_TRAILS = range(0xA1, 0xF8), range(0xA1, 0xFF)
LATIN = (*range(0x20, 0x7F), *range(0xA0, 0x250))


def wanted() -> set[str]:
    """Return every character the fonts are to have."""
    pairs = (bytes((lead, trail)) for lead in GB_2312_LEADS for trail in GB_2312_TRAILS)
    characters = {pair.decode("gb2312", "ignore") for pair in pairs} - {""}
    for path in SOURCES:
        read = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        characters |= set(read.decode())
    characters |= {chr(number) for number in LATIN}
    text = "".join(sorted(characters))
    for rule in ("s2tw", "s2hk"):
        characters |= set(opencc.OpenCC(rule).convert(text))
    return characters


def make(source: Path, target: Path, characters: set[str]) -> None:
    """Write ``source`` with only these characters to ``target``, packed with Brotli."""
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=["*"])
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "VORG", "vhea", "vmtx"]
    font = TTFont(source)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(character) for character in characters])
    subsetter.subset(font)
    plain = io.BytesIO()
    font.save(plain)
    target.write_bytes(brotli.compress(plain.getvalue(), quality=11, lgwin=24))


if __name__ == "__main__":
    every = wanted()
    for name, given in zip(("400", "700"), sys.argv[1:3], strict=True):
        make(Path(given), HERE / f"noto-sans-sc-{name}.ttf.br", every)
