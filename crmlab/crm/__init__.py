"""CRM as a whole (客户关系管理): foundations, a small database, evaluation, strategy.

==============  =============================================================================
database        `connect`, `Database`, `schema`, `view_sql`
load            `import_table`, `load_company`, `company_tables`
access          `read`, `access_rules`, `mask`, `pseudonym`, `erase_person`, `grants`
customer_view   `customer_view`: one customer from all sides
==============  =============================================================================
"""

from crmlab.crm.access import Erasure, access_rules, erase_person, grants, mask, pseudonym, read
from crmlab.crm.customer_view import CustomerView, customer_view
from crmlab.crm.database import Database, connect
from crmlab.crm.load import ImportReport, company_tables, import_table, load_company
from crmlab.crm.schema import Field, Table, schema
from crmlab.crm.views import view_sql

__all__ = [
    "CustomerView",
    "Database",
    "Erasure",
    "Field",
    "ImportReport",
    "Table",
    "access_rules",
    "company_tables",
    "connect",
    "customer_view",
    "erase_person",
    "grants",
    "import_table",
    "load_company",
    "mask",
    "pseudonym",
    "read",
    "schema",
    "view_sql",
]
