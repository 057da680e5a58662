"""Self-assessments, through the use cases."""

from frameworks.assessment import services, upstairs
from frameworks.assessment.services import Say
from frameworks.assessment.views import Assessment
from lms.accounts.models import Person
from lms.core.db import transaction
from lms.core.permissions import Actor
from tests.factories.accounts import make_membership, make_person, organisation


def make_health_visitor(body: str = "BCU", **given: object) -> Person:
    """PIMH asks Skilled of them, CAMHS Foundation."""
    person = make_person(**given)  # type: ignore[arg-type]
    make_membership(person, organisation(body), job_role_code="health_visitor", setting_code="health_visiting")
    return person


def acting_for(person: Person, *supervises: Person) -> Actor:
    return Actor(
        person=person.id, name=person.display_name, language=person.language,
        supervises=frozenset(each.id for each in supervises),
    )  # fmt: skip


def rate(person: Person, code: str, domain: str, value: str = "confident", **said: Say) -> Assessment:
    """Rate every needed statement of a domain with that value, but for those that `said` has (codes with _ for .)."""
    actor = acting_for(person)
    it = services.mine(actor, code)
    given = {line.statement.code: Say(value) for line in it.of_domain(domain) if line.needed}
    given |= {name.replace("_", "."): say for name, say in said.items()}
    with transaction():
        services.save(actor, code, domain, it.edition(domain), given)
    return services.mine(actor, code)


def share(person: Person, code: str, *, supervisor: bool = False, manager: bool = False) -> None:
    with transaction():
        services.share(acting_for(person), code, to_supervisor=supervisor, to_manager=manager)


def confirm(person: Person, supervisor: Person, code: str) -> int:
    """Ask, and confirm everything that waits. The supervisor is told by the hook's place, whoever that is."""
    before = upstairs.supervisors_of.answer
    upstairs.supervisors_of.hang(lambda _person, _day: [(supervisor.id, supervisor.display_name)])
    share(person, code, supervisor=True)
    with transaction():
        services.ask(acting_for(person), code)
    it = services.mine(acting_for(person), code)
    picks = [
        (line.row.statement_id, line.row.edition)
        for line in it.lines if line.row is not None and line.row.state.value == "confirmation_asked"
    ]  # fmt: skip
    with transaction():
        done = services.answer(acting_for(supervisor, person), person.id, code, picks, confirmed=True)
    upstairs.supervisors_of.hang(before)
    return done
