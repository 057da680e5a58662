"""Taught training: dates and their meetings, places and waiting, registers, reminders, calendars.

Expand: new tables; mail may carry a calendar; enrolments learn of dates, with three states and four kinds of event more.
"""

from alembic import op

revision = "0074_delivery"
down_revision = "0070_needs"

TABLES = """
CREATE TABLE series (
    id UUID NOT NULL,
    course_id UUID NOT NULL,
    course_version_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    organisation_lineage UUID[] NOT NULL,
    state VARCHAR(40) NOT NULL,
    language VARCHAR(40) NOT NULL,
    mode VARCHAR(40) NOT NULL,
    area VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    link VARCHAR NOT NULL,
    access VARCHAR NOT NULL,
    capacity INTEGER NOT NULL,
    minimum INTEGER,
    booking_opens DATE NOT NULL,
    booking_closes DATE NOT NULL,
    cancel_by DATE NOT NULL,
    share INTEGER NOT NULL,
    whole_course BOOLEAN NOT NULL,
    offer_hours INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_reason VARCHAR,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_series PRIMARY KEY (id),
    CONSTRAINT ck_series_capacity CHECK (capacity BETWEEN 1 AND 1000),
    CONSTRAINT ck_series_minimum CHECK (minimum IS NULL OR minimum BETWEEN 1 AND capacity),
    CONSTRAINT ck_series_share CHECK (share BETWEEN 1 AND 100),
    CONSTRAINT fk_series_course_id FOREIGN KEY(course_id) REFERENCES course (id),
    CONSTRAINT fk_series_course_version_id FOREIGN KEY(course_version_id) REFERENCES course_version (id),
    CONSTRAINT fk_series_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (id),
    CONSTRAINT ck_series_seriesstate CHECK (state IN ('draft', 'published', 'held', 'cancelled')),
    CONSTRAINT ck_series_delivery CHECK (language IN ('welsh', 'english', 'bilingual')),
    CONSTRAINT ck_series_mode CHECK (mode IN ('in_person', 'online'))
);
CREATE INDEX ix_series_course ON series (course_id, state);
CREATE INDEX ix_series_ends_at ON series (ends_at);
CREATE INDEX ix_series_organisation_lineage ON series USING gin (organisation_lineage);
CREATE TABLE series_meeting (
    id UUID NOT NULL,
    series_id UUID NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    code VARCHAR,
    closed_at TIMESTAMP WITH TIME ZONE,
    closed_by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_series_meeting PRIMARY KEY (id),
    CONSTRAINT ck_series_meeting_order CHECK (ends_at > starts_at),
    CONSTRAINT fk_series_meeting_series_id FOREIGN KEY(series_id) REFERENCES series (id)
);
CREATE INDEX ix_series_meeting_series_id ON series_meeting (series_id);
CREATE INDEX ix_series_meeting_starts_at ON series_meeting (starts_at);
CREATE TABLE series_trainer (
    id UUID NOT NULL,
    series_id UUID NOT NULL,
    person_id UUID NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_series_trainer PRIMARY KEY (id),
    CONSTRAINT uq_series_trainer_series_id_person_id UNIQUE (series_id, person_id),
    CONSTRAINT fk_series_trainer_series_id FOREIGN KEY(series_id) REFERENCES series (id),
    CONSTRAINT fk_series_trainer_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX ix_series_trainer_person_id ON series_trainer (person_id);
CREATE TABLE series_reserve (
    id UUID NOT NULL,
    series_id UUID NOT NULL,
    sector VARCHAR(40) NOT NULL,
    places INTEGER NOT NULL,
    release_on DATE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_series_reserve PRIMARY KEY (id),
    CONSTRAINT uq_series_reserve_series_id_sector UNIQUE (series_id, sector),
    CONSTRAINT ck_series_reserve_places CHECK (places > 0),
    CONSTRAINT fk_series_reserve_series_id FOREIGN KEY(series_id) REFERENCES series (id),
    CONSTRAINT ck_series_reserve_sector CHECK (sector IN ('nhs', 'social_care', 'third_sector', 'independent', 'education', 'police_emergency', 'wider_public', 'lived_experience', 'unpaid_carers', 'public'))
);
CREATE TABLE series_change (
    id UUID NOT NULL,
    series_id UUID NOT NULL,
    sequence INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    changes JSONB NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_series_change PRIMARY KEY (id),
    CONSTRAINT fk_series_change_series_id FOREIGN KEY(series_id) REFERENCES series (id)
);
CREATE INDEX ix_series_change_series_id ON series_change (series_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON series_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE booking (
    id UUID NOT NULL,
    enrolment_id UUID NOT NULL,
    learner_id UUID NOT NULL,
    course_id UUID NOT NULL,
    series_id UUID,
    state VARCHAR(40) NOT NULL,
    any_date BOOLEAN NOT NULL,
    sector VARCHAR(40) NOT NULL,
    adjustments VARCHAR NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    offered_at TIMESTAMP WITH TIME ZONE,
    offer_until TIMESTAMP WITH TIME ZONE,
    booked_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    passed UUID[] NOT NULL,
    added_by UUID,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_booking PRIMARY KEY (id),
    CONSTRAINT ck_booking_somewhere CHECK (any_date OR series_id IS NOT NULL),
    CONSTRAINT ck_booking_placed CHECK (state NOT IN ('offered', 'booked') OR series_id IS NOT NULL),
    CONSTRAINT ck_booking_offer CHECK ((state = 'offered') = (offer_until IS NOT NULL)),
    CONSTRAINT fk_booking_enrolment_id FOREIGN KEY(enrolment_id) REFERENCES enrolment (id),
    CONSTRAINT fk_booking_learner_id FOREIGN KEY(learner_id) REFERENCES person (id),
    CONSTRAINT fk_booking_course_id FOREIGN KEY(course_id) REFERENCES course (id),
    CONSTRAINT fk_booking_series_id FOREIGN KEY(series_id) REFERENCES series (id),
    CONSTRAINT ck_booking_bookingstate CHECK (state IN ('waiting', 'offered', 'booked', 'cancelled', 'late_cancelled', 'declined', 'lapsed', 'moved', 'over')),
    CONSTRAINT ck_booking_sector CHECK (sector IN ('nhs', 'social_care', 'third_sector', 'independent', 'education', 'police_emergency', 'wider_public', 'lived_experience', 'unpaid_carers', 'public'))
);
CREATE INDEX ix_booking_enrolment_id ON booking (enrolment_id);
CREATE INDEX ix_booking_learner_id ON booking (learner_id);
CREATE INDEX ix_booking_offered ON booking (offer_until) WHERE state = 'offered';
CREATE INDEX ix_booking_series ON booking (series_id, state);
CREATE INDEX ix_booking_waiting ON booking (course_id, asked_at) WHERE state = 'waiting';
CREATE UNIQUE INDEX uq_booking_live ON booking (enrolment_id) WHERE state IN ('waiting', 'offered', 'booked');
CREATE TABLE booking_event (
    id UUID NOT NULL,
    booking_id UUID NOT NULL,
    series_id UUID,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    kind VARCHAR NOT NULL,
    by UUID,
    reason VARCHAR,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_booking_event PRIMARY KEY (id),
    CONSTRAINT fk_booking_event_booking_id FOREIGN KEY(booking_id) REFERENCES booking (id),
    CONSTRAINT fk_booking_event_series_id FOREIGN KEY(series_id) REFERENCES series (id)
);
CREATE INDEX ix_booking_event_booking_id ON booking_event (booking_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON booking_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE attendance (
    id UUID NOT NULL,
    meeting_id UUID NOT NULL,
    booking_id UUID NOT NULL,
    presence VARCHAR(40) NOT NULL,
    minutes INTEGER NOT NULL,
    language VARCHAR NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by UUID,
    source VARCHAR NOT NULL,
    reason VARCHAR,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_attendance PRIMARY KEY (id),
    CONSTRAINT ck_attendance_minutes CHECK (minutes >= 0),
    CONSTRAINT ck_attendance_language CHECK (language IN ('en', 'cy')),
    CONSTRAINT fk_attendance_meeting_id FOREIGN KEY(meeting_id) REFERENCES series_meeting (id),
    CONSTRAINT fk_attendance_booking_id FOREIGN KEY(booking_id) REFERENCES booking (id),
    CONSTRAINT ck_attendance_presence CHECK (presence IN ('signed_in', 'attended', 'partly', 'did_not_attend', 'excused'))
);
CREATE INDEX ix_attendance_booking_id ON attendance (booking_id);
CREATE INDEX ix_attendance_meeting ON attendance (meeting_id, booking_id, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON attendance
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE booking_reminder (
    id UUID NOT NULL,
    booking_id UUID NOT NULL,
    meeting_id UUID NOT NULL,
    days INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_booking_reminder PRIMARY KEY (id),
    CONSTRAINT uq_booking_reminder_booking_id_meeting_id_days UNIQUE (booking_id, meeting_id, days),
    CONSTRAINT fk_booking_reminder_booking_id FOREIGN KEY(booking_id) REFERENCES booking (id),
    CONSTRAINT fk_booking_reminder_meeting_id FOREIGN KEY(meeting_id) REFERENCES series_meeting (id)
);
CREATE TABLE calendar_feed (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    digest BYTEA NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_calendar_feed PRIMARY KEY (id),
    CONSTRAINT fk_calendar_feed_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT uq_calendar_feed_digest UNIQUE (digest)
);
CREATE INDEX ix_calendar_feed_person_id ON calendar_feed (person_id);
"""
ENROLMENTS = """
ALTER TABLE mail_message ADD COLUMN calendar VARCHAR;
ALTER TABLE enrolment ADD COLUMN dated BOOLEAN DEFAULT false NOT NULL;
ALTER TABLE enrolment ADD COLUMN attended_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE enrolment DROP CONSTRAINT ck_enrolment_enrolmentstate;
ALTER TABLE enrolment ADD CONSTRAINT ck_enrolment_enrolmentstate CHECK (state IN (
    'waitlisted', 'offered', 'enrolled', 'in_progress', 'paused', 'did_not_attend', 'resit_due', 'completed',
    'withdrawn'));
ALTER TABLE enrolment_event DROP CONSTRAINT ck_enrolment_event_enrolmenteventkind;
ALTER TABLE enrolment_event ADD CONSTRAINT ck_enrolment_event_enrolmenteventkind CHECK (kind IN (
    'enrolled', 'waitlisted', 'offered', 'started', 'progressed', 'learning_completed', 'portfolio_signed_off',
    'portfolio_reopened', 'noted', 'attended', 'did_not_attend', 'resit_due', 'completed', 'completion_withdrawn', 'paused', 'resumed',
    'withdrawn'));
DROP INDEX uq_enrolment_open;
CREATE UNIQUE INDEX uq_enrolment_open ON enrolment (learner_id, course_id) WHERE state IN (
    'waitlisted', 'offered', 'enrolled', 'in_progress', 'paused', 'did_not_attend', 'resit_due');
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(ENROLMENTS)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
