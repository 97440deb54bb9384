"""The words and codes of IATI 2.03 that the program writes and reads, and its own namespace.

Codes are those of the standard's code lists (`resources/iati`). What IATI has no place for stands
in elements and attributes of the namespace `aps:`, which the schema allows nearly everywhere.
"""

from __future__ import annotations

NAMESPACE = "urn:x-aps-desktop:1"
APS = f"{{{NAMESPACE}}}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
VERSION = "2.03"

RECORD = f"{APS}record"
"""As an attribute: which record an element stands for, "entity id". As an element: a record that
IATI has no element for."""
INNER = frozenset({"target", "actual", "condition"})
"""Elements where the schema allows no attribute of ours: a RECORD in them says what they are."""
FIELD = f"{APS}field"
"""A field that IATI has no place for, in its canonical text."""
MEMBER = f"{APS}member"
"""One member of a set."""
WITHHELD = f"{APS}withheld"
"""Names of fields that were kept back: an import leaves them as they are."""
MARK = f"{APS}mark"
"""How much of the log the exporting database had; see `importing_base.mark`."""

OUTGOING = {"pledge": "12", "commitment": "2"}
"""Codes of transactions without a partner or member state behind them."""
TRANSACTION_CODES = {
    "pledge": "13",
    "commitment": "11",
    "receipt": "1",
    "disbursement": "3",
    "expenditure": "4",
    "refund": "3",
    "interest": "5",
}
"""A refund is unspent money that comes back: a disbursement with a minus sign."""
TRANSACTION_TYPES = {
    "1": "receipt",
    "2": "commitment",
    "3": "disbursement",
    "4": "expenditure",
    "5": "interest",
    "11": "commitment",
    "12": "pledge",
    "13": "pledge",
}
"""The other codes (loans, equity, guarantees, reimbursements) are for the officer to decide."""
IN_KIND_CHANNELS = frozenset({"3", "4"})
RESULT_CODES = {"output": "1", "outcome": "2", "impact": "3"}
MEASURE_CODES = {"number": "1", "percentage": "2", "yes_no": "3", "qualitative": "5"}
MEASURE_TYPES = {
    "1": "number",
    "2": "percentage",
    "3": "number",
    "4": "number",
    "5": "qualitative",
}
DOCUMENT_CODES = {
    "concept_note": "A02",
    "proposal": "A02",
    "terms_of_reference": "A02",
    "appraisal": "A01",
    "cost_estimate": "A05",
    "financial_report": "A05",
    "progress_report": "A08",
    "technical_report": "A08",
    "completion_report": "A07",
    "evaluation_form": "A07",
    "evaluation": "A07",
    "agreement": "A09",
}
"""Documents and knowledge products of other types are "results, outcomes and outputs"."""
OTHER_DOCUMENT = "A08"
DOCUMENT_TYPES = {
    "A01": "appraisal",
    "A02": "proposal",
    "A05": "cost_estimate",
    "A07": "completion_report",
    "A08": "technical_report",
    "A09": "agreement",
    "A11": "agreement",
}
PERFORMANCE = "2"
NO_SECTOR = "99810"
"""Of the DAC: sectors not specified."""
REGION = "789"
"""Far East Asia, regional: where no member state is named."""
ACTIVITY_DATES = {
    "project": {
        "1": "planned_start", "2": "actual_start", "3": "planned_end", "4": "actual_end",
    },
    "programme": {"1": "starts_on", "3": "ends_on"},
    "fund": {"1": "valid_from", "3": "valid_to"},
}  # fmt: skip
HIERARCHY = {"fund": "1", "programme": "1", "project": "2"}
PROGRAMME_STATUS = {"planned": "1", "active": "2", "closed": "4", "cancelled": "5"}
FUND_STATUS = {"active": "2", "check": "2", "closed": "4"}
SDG_VOCABULARIES = {"sdg_goal": "2", "sdg_target": "3"}
"""Of tags."""
SDG_SECTORS = {"sdg_goal": "7", "sdg_target": "8"}
"""The same lists as vocabularies of sectors."""
SDG_GOALS = {
    "1": "No poverty",
    "2": "Zero hunger",
    "3": "Good health and well-being",
    "4": "Quality education",
    "5": "Gender equality",
    "6": "Clean water and sanitation",
    "7": "Affordable and clean energy",
    "8": "Decent work and economic growth",
    "9": "Industry, innovation and infrastructure",
    "10": "Reduced inequalities",
    "11": "Sustainable cities and communities",
    "12": "Responsible consumption and production",
    "13": "Climate action",
    "14": "Life below water",
    "15": "Life on land",
    "16": "Peace, justice and strong institutions",
    "17": "Partnerships for the goals",
}
"""The seventeen Sustainable Development Goals, as the United Nations call them."""
DAC_VOCABULARIES = {"dac_sector": "1", "dac_category": "2"}
NATIVE = {
    "project": frozenset({
        "title", "description", "planned_start", "actual_start", "planned_end", "actual_end",
    }),
    "programme": frozenset({"title", "description", "starts_on", "ends_on"}),
    "fund": frozenset({"name", "valid_from", "valid_to"}),
    "fund_transaction": frozenset({"date", "amount", "reference", "remarks"}),
    "tranche": frozenset({"due", "amount"}),
    "condition": frozenset({"title"}),
    "document": frozenset({"title", "dated"}),
    "knowledge_product": frozenset({"title"}),
    "result": frozenset({"title", "description", "level"}),
    "indicator": frozenset({"title"}),
    "target": frozenset({"period"}),
    "indicator_value": frozenset({"period"}),
}  # fmt: skip
"""Fields that an element of IATI carries without any loss; all others go along as `aps:field`."""
