"""What the product says, in the language of a journey: from its own catalogues, so that no text is written twice."""

from datetime import date, datetime

from flask import Flask
from flask_babel import force_locale, gettext, ngettext
from sqlalchemy import select

from courses.catalogue.models import Course, CourseVersion
from courses.portfolios.models import PortfolioTemplate, TemplateItem
from lms.core.db import db
from lms.core.language import Bilingual, Language
from lms.core.web.site import day


class Words:
    """`say("Enrol")` is the button's text as this journey's reader sees it."""

    def __init__(self, app: Flask, language: Language) -> None:
        self.app, self.language = app, language
        self.locale = "cy" if language == "cy" else "en_GB"

    def __call__(self, msgid: str, **params: object) -> str:
        with self.app.app_context(), force_locale(self.locale):
            return str(gettext(msgid, **params))

    def count(self, one: str, many: str, number: int, **params: object) -> str:
        with self.app.app_context(), force_locale(self.locale):
            return str(ngettext(one, many, number, **params))

    def day(self, when: date | datetime) -> str:
        with self.app.app_context(), force_locale(self.locale):
            return day(when)

    def of(self, text: Bilingual) -> str:
        return text.in_(self.language)

    def course(self, code: str) -> str:
        """The title of the course on offer."""
        with self.app.app_context():
            statement = select(CourseVersion).join(Course, Course.published_version_id == CourseVersion.id)
            return self.of(db.session.scalars(statement.where(Course.code == code)).one().title)

    def item(self, template: str, position: int) -> str:
        """The title of what a portfolio asks for at that place."""
        with self.app.app_context():
            asked = select(TemplateItem).join(PortfolioTemplate).where(PortfolioTemplate.code == template)
            return self.of(db.session.scalars(asked.where(TemplateItem.position == position)).one().title)
