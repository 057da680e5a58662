"""Shapes of packages."""

from marshmallow import Schema, fields, validate
from webargs.fields import DelimitedList

from courses.launch.formats.structure import Format, MoveOn
from courses.launch.packages import importing
from courses.launch.packages.models import ImportState, NodeKind
from courses.launch.packages.words import sentence
from lms.core.language import LANGUAGES, N_
from lms.core.web.fields import Text, one_of

LANGUAGE = fields.String(validate=one_of(LANGUAGES))
CHOOSE = N_("Choose the languages that the package is in")
KEPT = "as_packaged"


class SendQuery(Schema):
    """Of a package that is sent as the body, or of a link."""

    name = Text(max=200, load_default="", metadata={"description": "The file's name, or the title of a link"})
    languages = DelimitedList(
        LANGUAGE, load_default=lambda: ["en"], metadata={"description": "Languages that it speaks: en, cy, or en,cy"}
    )
    address = Text(
        max=2000, load_default=None, metadata={"description": "An https address in place of a file: a page elsewhere"}
    )


class SendForm(Schema):
    file = fields.Raw(load_default=None)
    address = Text(max=2000, load_default=None)
    title = Text(max=200, load_default=None)
    languages = fields.List(
        LANGUAGE, required=True, validate=validate.Length(min=1, error=CHOOSE), error_messages={"required": CHOOSE}
    )


class FindingOut(Schema):
    """Something wrong with a package, or worth knowing, in the reader's language."""

    rule = fields.String(metadata={"description": "The specification's number, or a name of ours"})
    detail = fields.Function(sentence, metadata={"type": "string"})
    place = fields.String(metadata={"description": "The entry or element that it is about"})


class PackageImportOut(Schema):
    """A package on its way in. `percent` of it is done; `package` is there at the end, unless it is refused."""

    id = fields.UUID()
    state = fields.Enum(ImportState, by_value=True)
    percent = fields.Function(importing.percent, metadata={"type": "integer"})
    name = fields.String()
    languages = fields.List(fields.String())
    size = fields.Integer(metadata={"description": "Bytes"})
    faults = fields.List(fields.Nested(FindingOut))
    warnings = fields.List(fields.Nested(FindingOut))
    package_id = fields.UUID(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)


class PackagePartOut(Schema):
    """A part of a package, in its order. `publisher_id` is the package's name for it, `key` ours across versions."""

    id = fields.UUID()
    parent_id = fields.UUID(allow_none=True)
    kind = fields.Enum(NodeKind, by_value=True)
    key = fields.UUID()
    publisher_id = fields.String()
    title = fields.Dict(metadata={"description": "Text by language tag"})
    move_on = fields.Enum(MoveOn, by_value=True, allow_none=True)
    mastery_score = fields.Decimal(as_string=False, allow_none=True)
    url = fields.String(allow_none=True)


class PackageOut(Schema):
    """A package of a course. `number` counts those of the course."""

    id = fields.UUID()
    number = fields.Integer()
    format = fields.Enum(Format, by_value=True)
    languages = fields.List(fields.String())
    sha256 = fields.Function(lambda it: it.digest.hex(), metadata={"type": "string"})
    name = fields.String()
    size = fields.Integer(metadata={"description": "Bytes"})
    warnings = fields.List(fields.Nested(FindingOut))
    sandboxed = fields.Boolean()
    outside = fields.List(fields.String())
    completion = fields.Enum(MoveOn, by_value=True, allow_none=True)
    recorded_at = fields.AwareDateTime()


class PackageWithPartsOut(PackageOut):
    parts = fields.List(fields.Nested(PackagePartOut))


class OfferIn(Schema):
    """Languages in which whoever begins gets this package."""

    languages = fields.List(
        LANGUAGE, required=True, validate=validate.Length(min=1, error=CHOOSE), error_messages={"required": CHOOSE}
    )
    reason = Text(max=500, load_default="", lines=True)


class WithdrawIn(Schema):
    reason = Text(max=500, required=True, lines=True, message=N_("Say why it is taken off"))


class ArrangeForm(Schema):
    sandboxed = fields.Boolean(load_default=False)
    outside = Text(max=4000, load_default="", lines=True)
    completion = fields.String(load_default=KEPT, validate=one_of((KEPT, *(each.value for each in MoveOn))))
