"""The training catalogue, with full-text search in both languages.

Expand only.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_catalogue"
down_revision = '0003_frameworks'


def upgrade() -> None:
    op.create_table('course_format',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('title_en', sa.Text(), nullable=False),
    sa.Column('title_cy', sa.Text(), nullable=False),
    sa.Column('booking', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('illustrative', sa.Boolean(), server_default='false', nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_course_format'))
    )
    op.create_table('funding',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('title_en', sa.Text(), nullable=False),
    sa.Column('title_cy', sa.Text(), nullable=False),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('illustrative', sa.Boolean(), server_default='false', nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_funding'))
    )
    op.create_table('programme',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('title_en', sa.Text(), nullable=False),
    sa.Column('title_cy', sa.Text(), nullable=False),
    sa.Column('summary_en', sa.Text(), nullable=False),
    sa.Column('summary_cy', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('illustrative', sa.Boolean(), server_default='false', nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_programme'))
    )
    op.create_table('topic',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('title_en', sa.Text(), nullable=False),
    sa.Column('title_cy', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('illustrative', sa.Boolean(), server_default='false', nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_topic'))
    )
    op.create_table('course',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('programme_code', sa.String(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('published_version_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['programme_code'], ['programme.code'], name=op.f('fk_course_programme_code')),
    sa.ForeignKeyConstraint(['published_version_id'], ['course_version.id'], name=op.f('fk_course_published_version_id'), initially='DEFERRED', deferrable=True, use_alter=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course')),
    sa.UniqueConstraint('code', name=op.f('uq_course_code'))
    )
    op.create_index(op.f('ix_course_programme_code'), 'course', ['programme_code'], unique=False)
    op.create_table('course_version',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('course_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'in_review', 'published', 'retired', name='coursestatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('title_en', sa.Text(), nullable=False),
    sa.Column('title_cy', sa.Text(), nullable=False),
    sa.Column('summary_en', sa.Text(), nullable=False),
    sa.Column('summary_cy', sa.Text(), nullable=False),
    sa.Column('format_code', sa.String(), nullable=False),
    sa.Column('topic_code', sa.String(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('languages', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('sectors', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('funding', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('capacity_rule', sa.Enum('open', 'session', 'cohort', 'allocation', name='capacityrule', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=True),
    sa.Column('eligibility', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('prerequisites', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('certificate_kind', sa.Enum('none', 'completion', 'completion_with_portfolio', 'attendance', 'award', 'supervisor_licence', 'champion', 'approval_evidence', name='certificatekind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('validity_months', sa.Integer(), nullable=True),
    sa.Column('portfolio_template_code', sa.String(), nullable=True),
    sa.Column('plan_actions', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('note', sa.String(), nullable=True),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('illustrative_fields', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('digest', sa.String(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('search_en', postgresql.TSVECTOR(), sa.Computed("to_tsvector('english', fold(title_en || ' ' || summary_en))", persisted=True), nullable=False),
    sa.Column('search_cy', postgresql.TSVECTOR(), sa.Computed("to_tsvector('simple', fold(title_cy || ' ' || summary_cy))", persisted=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('seats IS NULL OR seats >= 0', name=op.f('ck_course_version_seats')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_course_version_author_id')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_version_course_id')),
    sa.ForeignKeyConstraint(['format_code'], ['course_format.code'], name=op.f('fk_course_version_format_code')),
    sa.ForeignKeyConstraint(['topic_code'], ['topic.code'], name=op.f('fk_course_version_topic_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_version')),
    sa.UniqueConstraint('course_id', 'number', name=op.f('uq_course_version_course_id_number'))
    )
    op.create_index(op.f('ix_course_version_course_id'), 'course_version', ['course_id'], unique=False)
    op.create_index('ix_course_version_search_cy', 'course_version', ['search_cy'], unique=False, postgresql_using='gin')
    op.create_index('ix_course_version_search_en', 'course_version', ['search_en'], unique=False, postgresql_using='gin')
    op.create_table('course_level',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('framework_code', sa.String(), nullable=False),
    sa.Column('level_code', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_course_level_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_level')),
    sa.UniqueConstraint('version_id', 'framework_code', 'level_code', name=op.f('uq_course_level_version_id_framework_code_level_code'))
    )
    op.create_index(op.f('ix_course_level_level_code'), 'course_level', ['level_code'], unique=False)
    op.create_table('course_statement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('framework_code', sa.String(), nullable=False),
    sa.Column('statement_code', sa.String(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['course_version.id'], name=op.f('fk_course_statement_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_statement')),
    sa.UniqueConstraint('version_id', 'framework_code', 'statement_code', name=op.f('uq_course_statement_version_id_framework_code_statement_code'))
    )


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
