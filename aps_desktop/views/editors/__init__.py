"""One editor for every kind of field."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from aps_desktop.domain.fields import Field, Kind
from aps_desktop.views.editors.base import Editor, EditorHost
from aps_desktop.views.editors.choice import ChoiceEditor, YesNoEditor
from aps_desktop.views.editors.dates import DateEditor, PeriodEditor
from aps_desktop.views.editors.file import FileEditor
from aps_desktop.views.editors.number import MoneyEditor, NumberEditor
from aps_desktop.views.editors.reference import ReferenceEditor
from aps_desktop.views.editors.sets import ReferencesEditor, TagsEditor
from aps_desktop.views.editors.states import StatesEditor
from aps_desktop.views.editors.text import LongTextEditor, TextEditor

STATE_ENTITY = "member_state"

_EDITORS: dict[Kind, type[Editor]] = {
    Kind.TEXT: TextEditor,
    Kind.LONG_TEXT: LongTextEditor,
    Kind.NUMBER: NumberEditor,
    Kind.MONEY: MoneyEditor,
    Kind.PERCENT: NumberEditor,
    Kind.DATE: DateEditor,
    Kind.PERIOD: PeriodEditor,
    Kind.CHOICE: ChoiceEditor,
    Kind.REFERENCE: ReferenceEditor,
    Kind.TAGS: TagsEditor,
    Kind.YES_NO: YesNoEditor,
    Kind.FILE: FileEditor,
    Kind.REFERENCES: ReferencesEditor,
}


def editor_for(field: Field, host: EditorHost, parent: QWidget | None = None) -> Editor:
    """The editor of a field."""
    if field.kind is Kind.REFERENCES and field.target == STATE_ENTITY:
        return StatesEditor(field, host, parent)
    return _EDITORS[field.kind](field, host, parent)
