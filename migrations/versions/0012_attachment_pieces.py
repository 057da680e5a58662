"""Attachments lie in pieces, so that neither taking nor giving a large one needs it whole in memory.

Expand, backfill (a body becomes its only piece), contract (attachment.body goes).
"""

from alembic import op

revision = "0012_attachment_pieces"
down_revision = "0011_credentials"

PIECES = """
CREATE TABLE attachment_piece (
    tenant integer NOT NULL,
    sha2 text NOT NULL,
    number integer NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT pk_attachment_piece PRIMARY KEY (tenant, sha2, number)
);
ALTER TABLE attachment_piece ALTER COLUMN body SET STORAGE EXTERNAL;
INSERT INTO attachment_piece SELECT tenant, sha2, 0, body FROM attachment;
ALTER TABLE attachment ADD COLUMN size bigint;
UPDATE attachment SET size = length(body);
ALTER TABLE attachment ALTER COLUMN size SET NOT NULL, DROP COLUMN body
"""


def upgrade() -> None:
    op.execute(PIECES)


def downgrade() -> None:
    raise RuntimeError("Restore a backup: rows are never thrown away by going back")
