"""What the report of evaluation says: titles, columns and definitions, in both languages."""

from courses.evaluation.forms import SCALE
from lms.core.language import Bilingual
from lms.reporting.reports.report import Column
from lms.reporting.rules.definitions import Definition

TITLE = Bilingual(
    "Evaluation: satisfaction, confidence and use in practice", "Gwerthuso: boddhad, hyder a defnydd yn y gwaith"
)
WORDS = Bilingual(
    "Answers, not people: somebody who completed two courses can answer for both. Each counts under the month in which it "
    "was asked for, the sector that the learner had on enrolling, and their health board, council, charity or other body. "
    "Answers are kept as counts only, so small ones are hidden from everybody, also from who may see names elsewhere.",
    "Atebion, nid pobl: gall rhywun a gwblhaodd ddau gwrs ateb am y ddau. Mae pob un yn cyfrif o dan y mis y gofynnwyd "
    "amdano, y sector a oedd gan y dysgwr wrth gofrestru, a'u bwrdd iechyd, cyngor, elusen neu gorff arall. Cedwir atebion "
    "fel cyfrifon yn unig, felly mae rhai bach wedi'u cuddio rhag pawb, hefyd rhag y rhai sy'n cael gweld enwau mewn mannau "
    "eraill.",
)
DEFINITIONS = (
    Definition(
        "EVALUATION-RESPONSE", 1, Bilingual("Response rate", "Cyfradd ymateb"),
        Bilingual(
            "Of the questionnaires that were sent in the period, those that were answered. Each completed course is asked "
            "about once just after it and once three months later, unless the learner does not want to be asked; after four "
            "weeks it closes.",
            "O'r holiaduron a anfonwyd yn y cyfnod, y rhai a atebwyd. Gofynnir am bob cwrs a gwblhawyd unwaith yn union ar ei "
            "ôl ac unwaith dri mis yn ddiweddarach, oni bai nad yw'r dysgwr am i ni ofyn; mae'n cau ar ôl pedair wythnos.",
        ), "percent",
    ),
    Definition(
        "EVALUATION-SATISFACTION", 1, Bilingual("Satisfaction", "Boddhad"),
        Bilingual(
            "Of those who answered the question just after the course, those who agree or strongly agree. Means are of a "
            "scale from 1 (strongly disagree) to 5 (strongly agree), and are given of at least 50 answers.",
            "O'r rhai a atebodd y cwestiwn yn union ar ôl y cwrs, y rhai sy'n cytuno neu'n cytuno'n gryf. Mae cymedrau ar raddfa "
            "o 1 (anghytuno'n gryf) i 5 (cytuno'n gryf), ac fe'u rhoddir ar gyfer 50 o atebion o leiaf.",
        ), "percent",
    ),
    Definition(
        "EVALUATION-CONFIDENCE", 1, Bilingual("Confidence", "Hyder"),
        Bilingual(
            "How confident people are in doing what the course is about, from 1 (not at all) to 5 (very). Before and after "
            "are both asked just after the course; three months later it is asked once more, and not joined to what the same "
            "person said before. More confident: those whose second number is higher than their first.",
            "Pa mor hyderus yw pobl wrth wneud yr hyn y mae'r cwrs yn ymwneud ag ef, o 1 (ddim o gwbl) i 5 (iawn). Gofynnir am "
            "cyn ac wedyn yn union ar ôl y cwrs; dri mis yn ddiweddarach gofynnir unwaith eto, heb ei gysylltu â'r hyn a "
            "ddywedodd yr un person o'r blaen. Yn fwy hyderus: y rhai y mae eu hail rif yn uwch na'u cyntaf.",
        ), "number",
    ),
    Definition(
        "EVALUATION-USED", 1, Bilingual("Used in practice", "Wedi'i ddefnyddio yn y gwaith"),
        Bilingual(
            "Of those who answered three months later whether they have used what they learned, those who say yes, or some "
            "of it (transfer to practice).",
            "O'r rhai a atebodd dri mis yn ddiweddarach a ydynt wedi defnyddio'r hyn a ddysgwyd, y rhai sy'n dweud ydw, neu "
            "rywfaint ohono (trosglwyddo i'r gwaith).",
        ), "percent",
    ),
    Definition(
        "EVALUATION-TEXTS", 1, Bilingual("In their own words", "Yn eu geiriau eu hunain"),
        Bilingual(
            "What learners wrote, once a reviewer who did not write the course has released it, of courses with at least 10 "
            "answers. Words are kept without a name, day, sector or organisation, and shown in no order.",
            "Yr hyn a ysgrifennodd dysgwyr, ar ôl i adolygydd nad ysgrifennodd y cwrs ei ryddhau, am gyrsiau ag o leiaf 10 "
            "ateb. Cedwir geiriau heb enw, diwrnod, sector na sefydliad, a'u dangos heb drefn.",
        ), "text",
    ),
)  # fmt: skip

PART = Bilingual(
    "Answers are counted by health board, council, charity or other body, so nothing is told of a part of one",
    "Cyfrifir atebion yn ôl bwrdd iechyd, cyngor, elusen neu gorff arall, felly ni ddywedir dim am ran o un",
)
FEW = Bilingual("Too few answers to report on", "Rhy ychydig o atebion i adrodd arnynt")
TOGETHER = Bilingual("Together", "Gyda'i gilydd")
ANSWERS = Bilingual("Answers", "Atebion")
SHARE = Bilingual("Share", "Cyfran")
MEAN = Bilingual("Mean (1 to 5)", "Cymedr (1 i 5)")
SEVERAL = Bilingual("Each could choose several.", "Gallai pob un ddewis sawl ateb.")
LOOKING_BACK = Bilingual(
    "Before is asked looking back, together with after: people judge better then what they did not know. Answers three months "
    "later are of others too, and are not joined to the first ones.",
    "Gofynnir am cyn wrth edrych yn ôl, gyda'i gilydd â wedyn: mae pobl yn barnu'n well bryd hynny yr hyn nad oeddent yn ei "
    "wybod. Mae atebion dri mis yn ddiweddarach gan eraill hefyd, ac nid ydynt wedi'u cysylltu â'r rhai cyntaf.",
)
SHUFFLED = Bilingual(
    "Released by a reviewer; […] stands where something was taken out. In no order, and not by period.",
    "Wedi'u rhyddhau gan adolygydd; saif […] lle tynnwyd rhywbeth allan. Heb drefn, ac nid yn ôl cyfnod.",
)
FORMS = {
    "after": Bilingual("Just after the course", "Yn union ar ôl y cwrs"),
    "later": Bilingual("Three months later", "Dri mis yn ddiweddarach"),
}
MOMENTS = {
    "before": Bilingual("Before the course, looking back", "Cyn y cwrs, wrth edrych yn ôl"),
    "after": Bilingual("After the course", "Ar ôl y cwrs"),
    "now": Bilingual("Three months later", "Dri mis yn ddiweddarach"),
}
CHANGES = {
    "more": Bilingual("More confident", "Yn fwy hyderus"),
    "same": Bilingual("As confident as before", "Yr un mor hyderus ag o'r blaen"),
    "less": Bilingual("Less confident", "Yn llai hyderus"),
}
LANGUAGES = {"en": Bilingual("English", "Saesneg"), "cy": Bilingual("Welsh", "Cymraeg")}

RESPONSE = (Bilingual("Who answered", "Pwy a atebodd"), Bilingual("Questionnaire", "Holiadur"))
RESPONSE_COLUMNS = (
    Column("asked", Bilingual("Sent", "Anfonwyd"), "number"), Column("answered", Bilingual("Answered", "Atebwyd"), "number"),
    Column("rate", DEFINITIONS[0].title, "percent"),
)  # fmt: skip
SATISFACTION = (
    Bilingual("What people say of the courses", "Beth mae pobl yn ei ddweud am y cyrsiau"),
    Bilingual("Question", "Cwestiwn"),
)
SATISFACTION_COLUMNS = (
    Column("agree", Bilingual("Agree", "Cytuno"), "number"),
    Column("answers", ANSWERS, "number"),
    Column("share", Bilingual("Share who agree", "Cyfran sy'n cytuno"), "percent"), Column("mean", MEAN, "ratio"),
)  # fmt: skip
CONFIDENCE = (Bilingual("Confidence before and after", "Hyder cyn ac wedyn"), Bilingual("When", "Pryd"))
CONFIDENCE_COLUMNS = (
    *(Column(f"scale_{each}", Bilingual(each, each), "number") for each in SCALE), Column("answers", ANSWERS, "number"),
    Column("confident", Bilingual("Share at 4 or 5", "Cyfran ar 4 neu 5"), "percent"), Column("mean", MEAN, "ratio"),
)  # fmt: skip
CHANGE = (
    Bilingual("Who became more confident", "Pwy ddaeth yn fwy hyderus"),
    Bilingual("Beside before", "O'i gymharu â chynt"),
)
USED = (
    Bilingual("Used in practice, three months later", "Wedi'i ddefnyddio yn y gwaith, dri mis yn ddiweddarach"),
    Bilingual("Have they used it?", "A ydynt wedi ei ddefnyddio?"),
)
BARRIERS = (Bilingual("What got in the way", "Beth oedd yn rhwystr"), Bilingual("Barrier", "Rhwystr"))
PARTS_COLUMNS = (Column("answers", ANSWERS, "number"), Column("share", SHARE, "percent"))
GROUPS = {
    "course": (Bilingual("By course", "Yn ôl cwrs"), Bilingual("Course", "Cwrs")),
    "sector": (Bilingual("By sector", "Yn ôl sector"), Bilingual("Sector", "Sector")),
}
GROUP_COLUMNS = (
    Column("answered", Bilingual("Answers after the course", "Atebion ar ôl y cwrs"), "number"),
    Column("recommend", Bilingual("Would recommend it", "Byddent yn ei argymell"), "percent"),
    Column("more", CHANGES["more"], "percent"),
    Column("later", Bilingual("Answers three months later", "Atebion dri mis yn ddiweddarach"), "number"),
    Column("used", DEFINITIONS[3].title, "percent"),
)
TEXTS = (DEFINITIONS[4].title, Bilingual("Course", "Cwrs"))
TEXT_COLUMNS = (
    Column("question", Bilingual("Question", "Cwestiwn"), "text"), Column("text", Bilingual("Words", "Geiriau"), "text"),
    Column("language", Bilingual("Written in", "Ysgrifennwyd yn"), "text"),
)  # fmt: skip
