"""A badge as a picture: the contour lines of our certificates in a circle, with what was achieved. The same bytes always."""

import io
import math
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from certificates import wording
from certificates.badges.documents import Achieved

SIZE, FINE = 600, 2
HEADING, INK, TINT, NEAR, FAR, PATH = "#14505c", "#102a30", "#e9f3f3", (46, 115, 127), (214, 232, 232), "#c98a1c"
FONTS = Path(__file__).parents[1] / "fonts"


@lru_cache(maxsize=64)
def drawn(it: Achieved) -> bytes:
    """A PNG of 600 pixels square."""
    side = SIZE * FINE
    image = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    pen = ImageDraw.Draw(image)
    middle = side / 2
    pen.ellipse((0, 0, side - 1, side - 1), fill=HEADING)
    pen.ellipse(_round(middle, side * 0.482), fill=TINT)
    land = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    _contours(ImageDraw.Draw(land), side)
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).ellipse(_round(middle, side * 0.482), fill=255)
    image.paste(Image.alpha_composite(image, land), (0, 0), mask)
    _words(image, it)
    _rim(image)
    out = io.BytesIO()
    small = image.resize((SIZE, SIZE), Image.Resampling.LANCZOS).quantize(96, Image.Quantize.FASTOCTREE)
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _contours(pen: ImageDraw.ImageDraw, side: int) -> None:
    x, y = side * 0.5, side * 0.235
    for ring in range(26):
        radius, out = side * (0.02 + ring * 0.033), ring / 26
        colour = tuple(round(one + (other - one) * out) for one, other in zip(NEAR, FAR, strict=True))
        restless = min(radius / (side * 0.4), 1.0)
        points = []
        for step in range(145):
            turn = step * math.tau / 144
            reach = radius * (
                1
                + 0.13 * math.sin(2 * turn + 0.4)
                + restless * (0.09 * math.sin(3 * turn + 1.7) + 0.05 * math.sin(5 * turn + 1.2 + ring / 5))
            )
            points.append((x + reach * math.cos(turn), y + reach * math.sin(turn)))
        pen.line(points, fill=colour, width=3, joint="curve")
    for step in range(13):  # a path to the top
        way = step / 12
        at = (x + side * (0.13 * math.sin(way * 3.6) * (1 - way)), side * 0.45 - way * (side * 0.45 - y))
        pen.ellipse((at[0] - 7, at[1] - 7, at[0] + 7, at[1] + 7), fill=PATH)
    pen.ellipse(_round_at(x, y, side * 0.014), fill=PATH, outline="white", width=4)


def _words(image: Image.Image, it: Achieved) -> None:
    """A band across the middle."""
    pen, side = ImageDraw.Draw(image), image.width
    lines, face = _fitted(pen, it.name, side * 0.74)
    height = face.size * 1.24
    top, block = side * 0.47, height * len(lines) + side * 0.11
    pen.rectangle((0, top, side, top + block), fill=TINT)
    pen.rectangle((side * 0.02, top, side * 0.98, top + 4), fill=HEADING)
    pen.rectangle((side * 0.02, top + block, side * 0.98, top + block + 4), fill=HEADING)
    small = _face("AtkinsonHyperlegibleNext-SemiBold.ttf", side * 0.034)
    pen.text((side / 2, top + side * 0.04), wording.MARK.in_(it.language), HEADING, small, "mm")
    for row, line in enumerate(lines):
        pen.text((side / 2, top + side * 0.085 + height * (row + 0.4)), line, INK, face, "mm")


def _rim(image: Image.Image) -> None:
    """Whatever reached beyond the circle is covered by its rim, or cut off."""
    side = image.width
    around = Image.new("L", (side, side), 255)
    ImageDraw.Draw(around).ellipse(_round(side / 2, side * 0.482), fill=0)
    edge = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    ImageDraw.Draw(edge).ellipse((0, 0, side - 1, side - 1), fill=HEADING)
    image.paste(edge, (0, 0), around)


def _fitted(pen: ImageDraw.ImageDraw, text: str, room: float) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """At most four lines, in the largest size that allows it."""
    for size in (72, 64, 56, 50, 44, 38, 32):
        face = _face("Literata-Medium.ttf", size)
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and pen.textlength(longer, face) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        if len(lines) <= 4 and all(pen.textlength(line, face) <= room for line in lines):
            break
    return lines[:6], face


def _face(name: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / name), round(size))


def _round(middle: float, radius: float) -> tuple[float, float, float, float]:
    return _round_at(middle, middle, radius)


def _round_at(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return (x - radius, y - radius, x + radius, y + radius)
