"""The one door through which values leave the audit log: those of a customer who is just being deleted."""

from collections.abc import Sequence

from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Run by the runtime role with the rights of the owner, who may see every network: so it looks itself.
    op.execute("""
        CREATE FUNCTION forget_in_audit_log(deletion uuid) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            UPDATE audit_log AS line SET
                before = CASE WHEN is_about_him THEN '{}' ELSE before END,
                after = CASE WHEN is_about_him THEN '{}' ELSE after END,
                details = CASE WHEN is_about_him THEN '{}' ELSE details END,
                ip = CASE WHEN is_by_him THEN '' ELSE ip END
            FROM (
                SELECT audit_log.id,
                    audit_log.object_id IN (deletions.customer_id, deletions.account_id) AS is_about_him,
                    audit_log.actor = 'account:' || deletions.account_id AS is_by_him
                FROM deletions JOIN audit_log ON audit_log.network_id = deletions.network_id
                WHERE deletions.id = deletion AND deletions.state = 'running'
                    AND deletions.billing_at IS NOT NULL AND deletions.sites_at IS NOT NULL
                    AND deletions.network_id = nullif(current_setting('atoll.network', true), '')::uuid
                    AND audit_log.action NOT LIKE 'customer deletion%'
                    AND (audit_log.object_id IN (deletions.customer_id, deletions.account_id)
                        OR audit_log.actor = 'account:' || deletions.account_id)
            ) AS found
            WHERE line.id = found.id
        $$
    """)
