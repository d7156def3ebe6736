"""States of an import, and the steps between them."""

from trainingops.imports.models import ImportState

#: uploaded → (checking →) previewed (again and again) → applying → applied. A job that fails or is stopped leads back
#: to the preview.
STEPS: dict[str, tuple[str, ...]] = {
    ImportState.UPLOADED: (ImportState.CHECKING, ImportState.PREVIEWED, ImportState.EXPIRED),
    ImportState.CHECKING: (ImportState.CHECKING, ImportState.PREVIEWED, ImportState.EXPIRED),
    ImportState.PREVIEWED: (
        ImportState.CHECKING,
        ImportState.PREVIEWED,
        ImportState.APPLYING,
        ImportState.APPLIED,
        ImportState.EXPIRED,
    ),
    ImportState.APPLYING: (ImportState.CHECKING, ImportState.PREVIEWED, ImportState.APPLIED),
}
