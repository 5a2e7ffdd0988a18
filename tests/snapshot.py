"""What three databases hold of a network, as one value per table: another one says that something changed."""

from uuid import UUID

from sqlalchemy import text

from kernel.database import Database

TABLES = text("""
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'network_id' ORDER BY table_name
""")
WHEN_SOMEBODY_COMES_BY = "'{last_seen_at,last_used_at}'::text[]"


def snapshot(databases: dict[str, Database], network_id: UUID) -> dict[str, str]:
    """Return a digest of the network's rows for each table, ``{"customers.accounts": "9e10..."}``.

    That somebody was seen, or a key used, is no change.
    """
    digests = {}
    for name, database in databases.items():
        with database.across_networks("a snapshot for a test") as session:
            for table in session.scalars(TABLES).all():
                rows = f"SELECT (to_jsonb(t) - {WHEN_SOMEBODY_COMES_BY})::text AS row FROM {table} t"
                digest = text(
                    f"SELECT md5(coalesce(string_agg(row, '|' ORDER BY row), '')) FROM"
                    f" ({rows} WHERE t.network_id = :network) AS rows"
                )
                digests[f"{name}.{table}"] = session.scalar(digest, {"network": network_id})
    return digests
