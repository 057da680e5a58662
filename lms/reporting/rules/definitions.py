"""What every figure means, in both languages, under an id and a version (dossier §6). One entry a measure.

`version` grows when the same question would get another answer.
"""

from dataclasses import dataclass

from lms.core.language import Bilingual


@dataclass(frozen=True)
class Definition:
    """`title` heads a column; `words` say exactly who or what is counted. `unit`: people, percent, days, pence, ratio…"""

    id: str
    version: int
    title: Bilingual
    words: Bilingual
    unit: str = "people"


def _one(id: str, version: int, title: tuple[str, str], words: tuple[str, str], unit: str = "people") -> Definition:
    return Definition(id, version, Bilingual(*title), Bilingual(*words), unit)


ALL = (
    _one(
        "UPTAKE-ACCESSED", 1, ("Accessed", "Wedi agor"),
        (
            "People who in the period opened at least one page of a course for the first time.",
            "Pobl a agorodd o leiaf un dudalen o gwrs am y tro cyntaf yn y cyfnod.",
        ),
    ),
    _one(
        "UPTAKE-ENROLLED", 2, ("Enrolled", "Wedi cofrestru"),
        (
            "People who enrolled in the period. Waiting lists, and people who withdrew before they started, are left "
            "out.",
            "Pobl a gofrestrodd yn y cyfnod. Nid yw rhestrau aros, na phobl a dynnodd yn ôl cyn dechrau, wedi'u "
            "cynnwys.",
        ),
    ),
    _one(
        "UPTAKE-ACTIVE", 2, ("Active", "Gweithredol"),
        (
            "People who were active in a course within the 90 days up to the as-at date and had not completed it "
            "or withdrawn. This is a state on that date, whenever they enrolled; by month it stands in the last "
            "month.",
            "Pobl a fu'n weithredol mewn cwrs o fewn y 90 diwrnod hyd at y dyddiad cyfeirio ac nad oeddent wedi'i "
            "gwblhau na thynnu'n ôl. Cyflwr ar y dyddiad hwnnw yw hyn, pryd bynnag y cofrestrwyd; yn ôl mis, mae "
            "yn y mis olaf.",
        ),
    ),
    _one(
        "UPTAKE-LEARNED", 1, ("E-learning completed", "E-ddysgu wedi'i gwblhau"),
        (
            "People who in the period finished all of the content of a course. A portfolio, where the course asks for "
            "one, may still be open.",
            "Pobl a orffennodd holl gynnwys cwrs yn y cyfnod. Gall portffolio, lle mae'r cwrs yn gofyn am un, fod yn "
            "agored o hyd.",
        ),
    ),
    _one(
        "UPTAKE-COMPLETED", 2, ("Completed", "Wedi cwblhau"),
        (
            "People who completed in the period everything that a course asks for, including a portfolio where "
            "there is one.",
            "Pobl a gwblhaodd yn y cyfnod bopeth y mae cwrs yn gofyn amdano, gan gynnwys portffolio lle mae un.",
        ),
    ),
    _one(
        "UPTAKE-CERTIFIED", 2, ("Certified", "Wedi'u hardystio"),
        (
            "People who were awarded a certificate in the period that was valid on the as-at date: not expired, "
            "not revoked.",
            "Pobl a gafodd dystysgrif yn y cyfnod a oedd yn ddilys ar y dyddiad cyfeirio: heb ddod i ben, heb ei "
            "dirymu.",
        ),
    ),
    _one(
        "HOLDERS", 1, ("Hold a certificate", "Yn dal tystysgrif"),
        (
            "People who hold a certificate that is valid on the as-at date, whenever it was awarded.",
            "Pobl sy'n dal tystysgrif sy'n ddilys ar y dyddiad cyfeirio, pryd bynnag y'i dyfarnwyd.",
        ),
    ),
    _one(
        "COVERAGE", 1, ("Coverage", "Cwmpas"),
        (
            "People who hold a valid certificate on the as-at date, out of the eligible headcount of the same place "
            "and group that was recorded last before that date. Without a headcount there is no percentage.",
            "Pobl sy'n dal tystysgrif ddilys ar y dyddiad cyfeirio, o gyfrif pennau cymwys yr un lle a'r un grŵp a "
            "gofnodwyd ddiwethaf cyn y dyddiad hwnnw. Heb gyfrif pennau, nid oes canran.",
        ), "percent",
    ),
    _one(
        "CONVERSION", 1, ("Conversion", "Trosi"),
        (
            "Of the people who enrolled in months that ended at least 180 days before the as-at date, the share who "
            "completed within 180 days of enrolling.",
            "O'r bobl a gofrestrodd mewn misoedd a ddaeth i ben o leiaf 180 diwrnod cyn y dyddiad cyfeirio, y gyfran a "
            "gwblhaodd o fewn 180 diwrnod i gofrestru.",
        ), "percent",
    ),
    _one(
        "DNA", 1, ("Did not attend", "Heb fynychu"),
        (
            "Places at sessions in the period whose holder did not attend, out of those plus the attendances. Late "
            "cancellations stand apart.",
            "Lleoedd mewn sesiynau yn y cyfnod na fynychodd eu deiliad, o'r rheini ynghyd â'r presenoldebau. Mae "
            "canslo hwyr ar wahân.",
        ), "percent",
    ),
    _one(
        "UNMET", 1, ("Unmet demand", "Galw heb ei ddiwallu"),
        (
            "People who on the as-at date wait for a place, were declined for want of one, or were nominated and not "
            "placed, and have had no place on that course since. By course, a person counts once for each course.",
            "Pobl sydd ar y dyddiad cyfeirio yn aros am le, a wrthodwyd oherwydd diffyg lle, neu a enwebwyd heb gael "
            "lle, ac nad ydynt wedi cael lle ar y cwrs hwnnw ers hynny. Yn ôl cwrs, mae person yn cyfrif unwaith ar "
            "gyfer pob cwrs.",
        ),
    ),
    _one(
        "WAIT", 1, ("Wait", "Aros"),
        (
            "Days from asking for a place to being offered one: the median of the offers in the period, and the share "
            "of them that took more than 90 days.",
            "Dyddiau o ofyn am le hyd at gael cynnig un: canolrif y cynigion yn y cyfnod, a'r gyfran ohonynt a "
            "gymerodd fwy na 90 diwrnod.",
        ), "days",
    ),
    _one(
        "FILL", 1, ("Fill rate", "Cyfradd lenwi"),
        (
            "Attendances out of the capacity of the sessions that were held in the period.",
            "Presenoldebau o gapasiti'r sesiynau a gynhaliwyd yn y cyfnod.",
        ), "percent",
    ),
    _one(
        "SUPERVISOR-RATIO", 1, ("Learners for each supervisor place", "Dysgwyr am bob lle goruchwylio"),
        (
            "Learners with an open portfolio on the as-at date, divided by how many learners the licensed supervisors "
            "of the programme can take.",
            "Dysgwyr â phortffolio agored ar y dyddiad cyfeirio, wedi'u rhannu â nifer y dysgwyr y gall goruchwylwyr "
            "trwyddedig y rhaglen eu cymryd.",
        ), "ratio",
    ),
    _one(
        "OVERDUE-REVIEW", 1, ("Overdue for review", "Adolygiad hwyr"),
        (
            "Items of evidence that on the as-at date had waited for a supervisor for more than 14 days.",
            "Eitemau tystiolaeth a oedd, ar y dyddiad cyfeirio, wedi aros am oruchwylydd am fwy na 14 diwrnod.",
        ), "items",
    ),
    _one(
        "COST", 1, ("Cost for each person who completed", "Cost am bob person a gwblhaodd"),
        (
            "What was spent in the period, divided by the people who completed in it. Spending that is not on a course "
            "is left out where figures are by course.",
            "Yr hyn a wariwyd yn y cyfnod, wedi'i rannu â'r bobl a gwblhaodd ynddo. Gadewir allan wariant nad yw ar "
            "gwrs lle mae ffigurau yn ôl cwrs.",
        ), "pence",
    ),
    _one(
        "PARITY", 1, ("Parity gap", "Bwlch cydraddoldeb"),
        (
            "Coverage of a body or sector minus coverage of Wales, in percentage points. Beside it stands the share of "
            "all people enrolled against the share of the workforce.",
            "Cwmpas corff neu sector minws cwmpas Cymru, mewn pwyntiau canran. Wrth ei ymyl mae'r gyfran o'r holl bobl "
            "a gofrestrodd yn erbyn y gyfran o'r gweithlu.",
        ), "points",
    ),
    _one(
        "WELSH-SHARE", 1, ("Share in Welsh", "Cyfran yn Gymraeg"),
        (
            "Of the people who completed in the period a course that is offered in Welsh and English, the share who "
            "took it in Welsh.",
            "O'r bobl a gwblhaodd yn y cyfnod gwrs a gynigir yn Gymraeg ac yn Saesneg, y gyfran a'i dilynodd yn "
            "Gymraeg.",
        ), "percent",
    ),
    _one(
        "PORTFOLIO-OPEN", 1, ("Open portfolio", "Portffolio agored"),
        (
            "People who on the as-at date have a portfolio of evidence that is begun and not signed off.",
            "Pobl sydd, ar y dyddiad cyfeirio, â phortffolio tystiolaeth sydd wedi'i ddechrau ac sydd heb ei lofnodi.",
        ),
    ),
    _one(
        "ATTENDANCE-ATTENDED", 1, ("Attended", "Yn bresennol"),
        (
            "People who were there for some or all of a session in the period, as closed registers say.",
            "Pobl a oedd yno am ran neu'r cyfan o sesiwn yn y cyfnod, yn ôl cofrestrau a gaewyd.",
        ),
    ),
    _one(
        "LEARN-OPENED", 1, ("Opened", "Wedi agor"),
        (
            "People from whom the record store has heard at a unit: its content had begun. Test launches are left out.",
            "Pobl y clywodd y storfa gofnodion ganddynt mewn uned: roedd ei chynnwys wedi dechrau. Nid yw lansiadau prawf "
            "wedi'u cynnwys.",
        ),
    ),
    _one(
        "LEARN-FINISHED", 1, ("Finished", "Wedi gorffen"),
        (
            "People who have done what a unit asks for to count; for a course, all of its content.",
            "Pobl a wnaeth yr hyn y mae uned yn gofyn amdano er mwyn iddi gyfrif; ar gyfer cwrs, ei holl gynnwys.",
        ),
    ),
    _one(
        "LEARN-STOPPED", 1, ("Stopped here", "Wedi stopio yma"),
        (
            "People who have not finished the course's content, were at this unit last, and have done nothing for 30 days.",
            "Pobl nad ydynt wedi gorffen cynnwys y cwrs, a fu yn yr uned hon ddiwethaf, ac na wnaethant ddim ers 30 "
            "diwrnod.",
        ),
    ),
    _one(
        "LEARN-TIME", 1, ("Median time, minutes", "Amser canolrifol, munudau"),
        (
            "The median of the time that people spent, all their sessions added up, as content reports it and no longer than a "
            "session was open. Of ten people or more, in whole minutes; from ten minutes on to the nearest five. Content that "
            "tells no time has none.",
            "Canolrif yr amser a dreuliodd pobl, gyda'u holl sesiynau wedi'u hadio, fel y mae'r cynnwys yn ei adrodd ac heb "
            "fod yn hwy nag yr oedd y sesiwn ar agor. O ddeg o bobl neu fwy, mewn munudau cyfan; o ddeg munud ymlaen i'r pump "
            "agosaf. Nid oes amser lle nad yw'r cynnwys yn ei ddweud.",
        ), "minutes",
    ),
    _one(
        "LEARN-QUESTION", 1, ("Right at first", "Cywir y tro cyntaf"),
        (
            "Of the people who answered a question, the share whose first answer was right: the lower, the harder. Questions "
            "that are neither right nor wrong are left out.",
            "O'r bobl a atebodd gwestiwn, y gyfran yr oedd eu hateb cyntaf yn gywir: po isaf, anoddaf. Nid yw cwestiynau nad "
            "ydynt yn gywir nac yn anghywir wedi'u cynnwys.",
        ), "percent",
    ),
)  # fmt: skip

BY_ID = {each.id: each for each in ALL}
