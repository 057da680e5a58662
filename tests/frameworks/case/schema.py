"""CASE 1.0's data model as JSON Schema, in our own words: the document that 1EdTech publishes may not be copied here.

Written from the specification's tables (CASE Service Information Model 1.0, §5 and §6). Where `CASE_OPENAPI` names a copy
of the published OpenAPI file, the tests hold answers against that one too.
"""

from typing import Any

UUID = {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"}
URI = {"type": "string", "format": "uri"}
INSTANT = {"type": "string", "format": "date-time"}
DAY = {"type": "string", "format": "date"}
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
WHOLE = {"type": "integer"}
NUMBER = {"type": "number"}


def closed(needed: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": needed.split(), "properties": properties, "additionalProperties": False}


def many(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


LINK = closed("title identifier uri", title=TEXT, identifier=UUID, uri=URI)
ANY_LINK = closed("title identifier uri", title=TEXT, identifier=TEXT, uri=URI)
KNOWN = {"identifier": UUID, "uri": URI, "lastChangeDateTime": INSTANT}

DOCUMENT = closed(
    "identifier uri creator title lastChangeDateTime", **KNOWN, creator=TEXT, title=TEXT, officialSourceURL=URI,
    publisher=TEXT, description=TEXT, subject=TEXTS, subjectURI=many(LINK), language=TEXT, version=TEXT,
    adoptionStatus=TEXT, statusStartDate=DAY, statusEndDate=DAY, licenseURI=LINK, notes=TEXT, CFPackageURI=LINK,
)  # fmt: skip
ITEM = closed(
    "identifier fullStatement uri lastChangeDateTime", **KNOWN, fullStatement=TEXT, alternativeLabel=TEXT,
    CFItemType=TEXT, humanCodingScheme=TEXT, listEnumeration=TEXT, abbreviatedStatement=TEXT, conceptKeywords=TEXTS,
    conceptKeywordsURI=LINK, notes=TEXT, language=TEXT, educationLevel=TEXTS, CFItemTypeURI=LINK, licenseURI=LINK,
    statusStartDate=DAY, statusEndDate=DAY, CFDocumentURI=LINK,
)  # fmt: skip
ASSOCIATION = closed(
    "identifier associationType uri originNodeURI destinationNodeURI lastChangeDateTime", **KNOWN,
    associationType={
        "enum": ["isChildOf", "isPeerOf", "isPartOf", "exactMatchOf", "precedes", "isRelatedTo", "replacedBy",
                 "exemplar", "hasSkillLevel"]
    },
    sequenceNumber=WHOLE, originNodeURI=ANY_LINK, destinationNodeURI=ANY_LINK, CFAssociationGroupingURI=LINK,
    CFDocumentURI=LINK,
)  # fmt: skip
LEVEL = closed(
    "identifier uri lastChangeDateTime", **KNOWN, description=TEXT, quality=TEXT, score=NUMBER, feedback=TEXT,
    position=WHOLE, rubricCriterionId=UUID,
)  # fmt: skip
CRITERION = closed(
    "identifier uri lastChangeDateTime", **KNOWN, category=TEXT, description=TEXT, CFItemURI=LINK, weight=NUMBER,
    position=WHOLE, rubricId=UUID, CFRubricCriterionLevels=many(LEVEL),
)  # fmt: skip
RUBRIC = closed(
    "identifier uri lastChangeDateTime", **KNOWN, title=TEXT, description=TEXT, CFRubricCriteria=many(CRITERION)
)
CONCEPT = closed(
    "identifier uri title hierarchyCode lastChangeDateTime", **KNOWN, title=TEXT, keywords=TEXT, hierarchyCode=TEXT,
    description=TEXT,
)  # fmt: skip
SUBJECT = closed(
    "identifier uri title hierarchyCode lastChangeDateTime", **KNOWN, title=TEXT, hierarchyCode=TEXT, description=TEXT
)
ITEM_TYPE = closed(
    "identifier uri title description hierarchyCode lastChangeDateTime", **KNOWN, title=TEXT, description=TEXT,
    hierarchyCode=TEXT, typeCode=TEXT,
)  # fmt: skip
LICENCE = closed(
    "identifier uri title licenseText lastChangeDateTime", **KNOWN, title=TEXT, description=TEXT, licenseText=TEXT
)
GROUPING = closed("identifier uri title lastChangeDateTime", **KNOWN, title=TEXT, description=TEXT)
DEFINITIONS = closed(
    "", CFConcepts=many(CONCEPT), CFSubjects=many(SUBJECT), CFLicenses=many(LICENCE), CFItemTypes=many(ITEM_TYPE),
    CFAssociationGroupings=many(GROUPING),
)  # fmt: skip
PACKAGE = closed(
    "CFDocument", CFDocument=DOCUMENT, CFItems=many(ITEM), CFAssociations=many(ASSOCIATION), CFDefinitions=DEFINITIONS,
    CFRubrics=many(RUBRIC),
)  # fmt: skip
PROBLEM = closed(
    "imsx_codeMajor imsx_severity",
    imsx_codeMajor={"enum": ["success", "processing", "failure", "unsupported"]},
    imsx_severity={"enum": ["status", "warning", "error"]}, imsx_description=TEXT,
    imsx_codeMinor=closed(
        "imsx_codeMinorField",
        imsx_codeMinorField=many(
            closed(
                "imsx_codeMinorFieldName imsx_codeMinorFieldValue", imsx_codeMinorFieldName=TEXT,
                imsx_codeMinorFieldValue={
                    "enum": ["fullsuccess", "invalid_sort_field", "invalid_selection_field", "forbidden",
                             "unauthorisedrequest", "internal_server_error", "unknownobject", "server_busy",
                             "invaliduuid"]
                },
            )
        ),
    ),
)  # fmt: skip
ANSWERS = {
    "CFDocuments": DOCUMENT, "CFPackages": PACKAGE, "CFItems": ITEM, "CFAssociations": ASSOCIATION,
    "CFItemAssociations": closed("CFItem CFAssociations", CFItem=ITEM, CFAssociations=many(ASSOCIATION)),
    "CFRubrics": RUBRIC, "CFConcepts": closed("CFConcepts", CFConcepts=many(CONCEPT)),
    "CFSubjects": closed("CFSubjects", CFSubjects=many(SUBJECT)),
    "CFItemTypes": closed("CFItemTypes", CFItemTypes=many(ITEM_TYPE)), "CFLicenses": LICENCE,
    "CFAssociationGroupings": GROUPING,
}  # fmt: skip
PUBLISHED = {
    "CFDocuments": "CFDocument", "CFPackages": "CFPackage", "CFItems": "CFItem", "CFAssociations": "CFAssociation",
    "CFItemAssociations": "CFAssociationSet", "CFRubrics": "CFRubric", "CFConcepts": "CFConceptSet",
    "CFSubjects": "CFSubjectSet", "CFItemTypes": "CFItemTypeSet", "CFLicenses": "CFLicense",
    "CFAssociationGroupings": "CFAssociationGrouping",
}  # fmt: skip
"""The names of the same in the published OpenAPI file."""
