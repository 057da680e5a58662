"""The parts of a page, rendered alone: no database and no application, only Jinja as strict as the application's."""

import gzip
import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import brotli
import polib
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lms.core.web.site import with_selected

TREE = Path(__file__).parents[3]
WEB = TREE / "lms" / "core" / "web"
STATIC = WEB / "static"
TEMPLATES = sorted(
    path
    for room in ("lms", "frameworks", "courses", "certificates")
    for path in (TREE / room).glob("**/templates/**/*.html")
)
NASTY = '<script>alert("x")</script>'


def interpolate(msgid, **given):
    return msgid % given if given else msgid


def plural(one, many, num, **given):
    return interpolate(one if num == 1 else many, num=num, **given)


@pytest.fixture(scope="module")
def jinja():
    env = Environment(loader=FileSystemLoader(WEB / "templates"), undefined=StrictUndefined, autoescape=True)
    env.trim_blocks = env.lstrip_blocks = True
    hidden = Markup('<input type="hidden" name="csrf_token" value="t">')
    env.globals.update(_=interpolate, ngettext=plural, csrf=lambda: hidden, asset=lambda path: f"/static/{path}")
    env.filters.update(
        day=lambda when: f"{when:%d %B %Y}", number=lambda value: f"{value:,}", with_selected=with_selected
    )
    return env


@pytest.fixture
def draw(jinja):
    def draw(source, **context):
        opening = '{% import "ui.html" as ui %}{% import "charts.html" as charts %}'
        return jinja.from_string(opening + source).render(**context)

    return draw


def shared_by_pages():
    """What the edge gives to every template."""
    return {
        "lang": "en",
        "other_lang": "cy",
        "switch_url": "/cy/training",
        "alternates": [("cy", "https://example.org/cy/training")],
        "nav": [],
        "actor_name": None,
        "sign_in_url": "/in",
        "sign_out_url": "/out",
        "profile_url": "/me",
        "footer_links": [],
        "flash_messages": [],
        "demo_notice": False,
    }


@pytest.fixture
def page(jinja):
    def page(content="<h1>Hello</h1>", **context):
        source = '{% extends "layout.html" %}{% block title %}Training{% endblock %}{% block content %}' + content
        return jinja.from_string(source + "{% endblock %}").render(shared_by_pages() | context)

    return page


def form(values=None, errors=None):
    return SimpleNamespace(values=values or {}, errors=errors or {}, restored=False)


class Elements(HTMLParser):
    """Every start tag of a page, with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def one(self, **wanted):
        hits = [attrs for _tag, attrs in self.found if all(attrs.get(name) == value for name, value in wanted.items())]
        assert len(hits) == 1, (wanted, hits)
        return hits[0]

    def ids(self):
        return [attrs["id"] for _tag, attrs in self.found if "id" in attrs]


FIELDS = {
    "input": 'ui.input(form, "thing", "Thing", hint="A hint")',
    "textarea": 'ui.textarea(form, "thing", "Thing", hint="A hint", max_length=50)',
    "select": 'ui.select(form, "thing", "Thing", [("a", "A")], hint="A hint")',
    "file": 'ui.file(form, "thing", "Thing", hint="A hint")',
    "password": 'ui.password(form, "thing", "Thing", hint="A hint")',
    "checkbox": 'ui.checkbox(form, "thing", "Thing", hint="A hint")',
}
GROUPS = {
    "radios": 'ui.radios(form, "thing", "Thing", [("a", "A"), ("b", "B", "More")], hint="A hint")',
    "checkboxes": 'ui.checkboxes(form, "thing", "Thing", [("a", "A"), ("b", "B")], hint="A hint")',
    "date": 'ui.date(form, "thing", "Thing", hint="A hint")',
}


@pytest.mark.parametrize("macro", FIELDS.values(), ids=FIELDS)
def test_a_field_names_its_hint_and_its_error(draw, macro):
    html = draw("{{ " + macro + " }}", form=form(errors={"thing": "Say what"}))
    elements = Elements(html)
    described = elements.one(name="thing")["aria-describedby"].split()
    assert {"thing-hint", "thing-error"} <= set(described)
    assert set(described) <= set(elements.ids())
    assert "Say what" in html


@pytest.mark.parametrize("macro", GROUPS.values(), ids=GROUPS)
def test_a_group_of_fields_names_its_hint_and_its_error_on_the_fieldset(draw, macro):
    elements = Elements(draw("{{ " + macro + " }}", form=form(errors={"thing": "Say what"})))
    fieldset = next(attrs for tag, attrs in elements.found if tag == "fieldset")
    assert fieldset["aria-describedby"].split() == ["thing-hint", "thing-error"]
    assert len(elements.ids()) == len(set(elements.ids()))


@pytest.mark.parametrize("macro", [*FIELDS.values(), *GROUPS.values()], ids=[*FIELDS, *GROUPS])
def test_every_link_of_the_error_summary_lands_on_a_field(draw, macro):
    state = form({"thing-day": ""} if "date" in macro else {}, {"thing": "Say what"})
    elements = Elements(draw("{{ ui.error_summary(form) }}{{ " + macro + " }}", form=state))
    target = next(attrs["href"] for tag, attrs in elements.found if tag == "a")
    assert target.removeprefix("#") in elements.ids()


def test_an_error_of_the_whole_form_is_said_without_a_link(draw):
    html = draw("{{ ui.error_summary(form) }}", form=form(errors={"_schema": "These do not fit together"}))
    assert "These do not fit together" in html
    assert "<a " not in html


@pytest.mark.parametrize("macro", [*FIELDS.values(), *GROUPS.values()], ids=[*FIELDS, *GROUPS])
def test_what_people_typed_is_escaped(draw, macro):
    state = form({"thing": NASTY, "thing-day": NASTY}, {"thing": NASTY})
    assert "<script" not in draw("{{ " + macro.replace('"Thing"', "nasty") + " }}", form=state, nasty=NASTY)


@pytest.mark.parametrize(
    "macro",
    [
        "ui.tag(nasty)",
        "ui.level(2, nasty)",
        "ui.meta([nasty])",
        'ui.summary_list([{"key": nasty, "value": nasty, "url": "/x"}])',
        "ui.table(nasty, [nasty, nasty], [[nasty, nasty]])",
        "ui.notice(nasty)",
        "ui.card(nasty, url=nasty)",
        "ui.next_step(nasty, nasty, nasty, left=nasty, done=1, total=2)",
        'ui.breadcrumbs([{"label": nasty, "url": nasty}])',
        'ui.task_list([{"title": nasty, "status": nasty, "hint": nasty, "url": nasty}])',
        "ui.progress(1, 2, nasty)",
        "ui.empty(nasty, nasty)",
        'ui.timeline([{"when": nasty, "text": nasty, "by": nasty}])',
        "ui.waiting(nasty, today)",
        "ui.stat(nasty, nasty, nasty)",
        'ui.facet(nasty, "f", [{"value": nasty, "label": nasty, "checked": true}])',
        'ui.chips([{"label": nasty, "url": nasty}], nasty)',
        'ui.search("q", nasty, nasty, nasty)',
        "ui.button(nasty, value=nasty)",
        'ui.post_button(nasty, nasty, fields={"a": nasty}, about=nasty)',
        "ui.pagination(nasty, nasty, next_label=nasty)",
        "charts.bars([(nasty, 3, nasty)], nasty, (nasty, nasty))",
        "charts.stacked([(nasty, [1, 2], 3)], [nasty, nasty], nasty, nasty)",
        "charts.trend([(nasty, 1), (nasty, 2)], nasty, nasty, (nasty, nasty))",
    ],
)
def test_every_part_escapes_what_it_is_given(draw, macro):
    html = draw("{{ " + macro + " }}", nasty=NASTY, today=date(2027, 2, 1))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_markup_of_our_own_goes_through(draw):
    assert '<a href="/x">Open</a>' in draw(
        '{% set link %}<a href="/x">Open</a>{% endset %}{{ ui.table("T", ["A"], [[link]]) }}'
    )


def test_choices_show_what_was_chosen(draw):
    html = draw('{{ ui.checkboxes(form, "who", "Who", [("a", "A"), ("b", "B")]) }}', form=form({"who": ["b"]}))
    chosen = [attrs["value"] for _tag, attrs in Elements(html).found if "checked" in attrs]
    assert chosen == ["b"]


def test_a_password_is_never_shown_again(draw):
    assert "secret" not in draw('{{ ui.password(form, "password", "Password") }}', form=form({"password": "secret"}))


def test_the_title_and_the_summary_say_that_there_is_an_error(page):
    html = page(form=form(errors={"name": "Say your name"}))
    assert "<title>Error: Training – Llwybr</title>" in html
    assert html.index("nhsuk-error-summary") < html.index("<h1>")
    assert "<title>Training – Llwybr</title>" in page(form=None)


def test_the_language_switch_is_in_its_own_language(page):
    assert Elements(page()).one(lang="cy", hreflang="cy")["href"] == "/cy/training"
    assert ">Cymraeg</a>" in page()
    welsh = page(lang="cy", other_lang="en", switch_url=None)
    assert ">English</a>" in welsh
    assert Elements(welsh).one(lang="en", hreflang="en")["href"] == "/en/"


def test_navigation_marks_where_we_are_and_signing_out_is_a_post(page):
    nav = [{"label": "Learning", "url": "/l", "current": True}, {"label": "Plan", "url": "/p", "current": False}]
    html = page(nav=nav, actor_name="Siân")
    current = [attrs["href"] for _tag, attrs in Elements(html).found if attrs.get("aria-current") == "page"]
    assert current == ["/l"]
    assert Elements(html).one(action="/out")["method"] == "post"
    assert 'name="csrf_token"' in html


def test_the_error_page_renders(jinja):
    html = jinja.get_template("errors/page.html").render(
        shared_by_pages(), title="Not found", detail="", way_out="Look elsewhere", status=404
    )
    assert '<h1 class="nhsuk-heading-l">Not found</h1>' in html
    assert "Look elsewhere" in html


def test_a_withheld_figure_is_a_star_with_its_reason_and_never_a_number(draw):
    html = draw('{{ charts.bars([("NHS", 40), ("Other", none)], "People", ("Sector", "People")) }}')
    assert html.count('class="app-bar"') == 1
    assert '<abbr title="withheld">*</abbr>' in html
    assert "fewer than ten" in html
    stacked = draw('{{ charts.stacked([("Powys", [40, none], none)], ["One", "Two"], "People", "Board") }}')
    assert stacked.count('title="withheld"') == 3
    assert stacked.count("fewer than ten") == 1


def test_empty_and_flat_charts_are_drawn(draw):
    assert "app-bars" in draw('{{ charts.bars([], "People", ("Sector", "People")) }}')
    assert "app-trend" in draw('{{ charts.trend([("Jan", 0)], "People", "Nobody", ("Month", "People")) }}')
    assert "app-trend" in draw('{{ charts.trend([], "People", "Nobody", ("Month", "People")) }}')


@pytest.mark.parametrize(("top", "axis"), [(3, 3), (610, 800), (15, 15), (1001, 1500), (7, 8), (95_000, 100_000)])
def test_the_axis_ends_close_above_the_highest_value(draw, top, axis):
    html = draw('{{ charts.trend([("a", 0), ("b", top)], "c", "d", ("e", "f")) }}', top=top)
    ticks = [int(text.replace(",", "")) for text in re.findall(r'class="app-trend__tick"[^>]*>([\d,]+)<', html)]
    assert ticks[-1] == axis
    assert all(low < high for low, high in pairwise(ticks))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(TREE)))
def test_no_template_has_inline_style_or_script(template):
    source = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.S)
    assert not re.search(r"""\sstyle\s*=|<style|\son[a-z]+\s*=\s*["'{]|javascript:""", source)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", source))


# ---- What is built


@pytest.mark.parametrize("name", ["app.css", "app.js", "favicon.svg"])
def test_compressed_siblings_hold_the_same_bytes(name):
    raw = (STATIC / name).read_bytes()
    assert gzip.decompress((STATIC / f"{name}.gz").read_bytes()) == raw
    assert brotli.decompress((STATIC / f"{name}.br").read_bytes()) == raw


def test_the_first_page_fits_in_100_kilobytes():
    fonts = sum(
        (STATIC / f"fonts/atkinson-hyperlegible-next-latin{part}-normal.woff2").stat().st_size
        for part in ("-400", "-700")
    )
    assert fonts + sum((STATIC / name).stat().st_size for name in ("app.css.gz", "app.js.gz", "favicon.svg")) < 75_000


def test_the_styles_name_our_letters_for_the_whole_page_and_nobody_elses():
    css = (STATIC / "app.css").read_text()
    assert re.search(r'(?:^|\})html\{font-family:"?Atkinson Hyperlegible Next', css)
    assert "Frutiger" not in css
    assert "data:" not in css
    assert "//assets." not in css


def test_every_file_that_the_styles_name_is_there():
    named = re.findall(r"""url\(["']?([^"')]+)""", (STATIC / "app.css").read_text())
    assert named
    assert [name for name in named if not (STATIC / name).is_file()] == []


def test_licences_of_what_is_built_in_are_delivered():
    texts = {path.name: path.read_text() for path in (STATIC / "licences").iterdir()}
    assert "MIT License" in texts["nhsuk-frontend.txt"]
    assert "SIL Open Font License" in texts["atkinson-hyperlegible-next.txt"]


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour_of(selector, what):
    """The first colour that the built styles give to a class: "#rrggbb"."""
    rule = re.search(re.escape(selector) + r"\{([^}]*)\}", (STATIC / "app.css").read_text())
    assert rule, selector
    found = re.search(rf"(?:^|;){what}:(#[0-9a-f]{{3,6}})", rule[1])
    assert found, (selector, rule[1])
    return found[1] if len(found[1]) == 7 else "#" + "".join(digit * 2 for digit in found[1][1:])


@pytest.mark.parametrize("number", range(1, 7))
def test_numbers_inside_bars_can_be_read_and_their_edges_seen(number):
    fill = colour_of(f".app-series-{number}", "fill")
    assert contrast(fill, colour_of(f".app-on-{number}", "fill")) >= 4.5
    assert contrast(colour_of(f".app-series-{number}", "stroke"), "#ffffff") >= 3


def test_bars_and_lines_stand_out_from_the_paper():
    assert contrast(colour_of(".app-bar", "fill"), colour_of(".app-bars__track", "fill")) >= 3
    for number in (1, 2, 3):
        assert contrast(colour_of(f".app-line--{number}", "stroke"), "#ffffff") >= 4.5


def test_every_welsh_string_of_the_templates_is_written():
    catalogue = polib.pofile(str(TREE / "lms/core/translations/cy/LC_MESSAGES/messages.po"))
    welsh = {entry.msgid for entry in catalogue if entry.translated()}
    used = {
        found
        for path in (WEB / "templates").rglob("*.html")
        for found in re.findall(r'(?:_|ngettext)\("((?:[^"\\]|\\.)+)"', path.read_text())
    }
    assert used - welsh == set()
