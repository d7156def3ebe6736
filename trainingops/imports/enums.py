"""States of an import, and the steps between them."""

from trainingops.imports.models import ImportState

#: uploaded → previewed (again and again) → applying → applied; a job that fails leads back to the preview.
STEPS: dict[str, tuple[str, ...]] = {
    ImportState.UPLOADED: (ImportState.PREVIEWED, ImportState.EXPIRED),
    ImportState.PREVIEWED: (ImportState.PREVIEWED, ImportState.APPLYING, ImportState.APPLIED, ImportState.EXPIRED),
    ImportState.APPLYING: (ImportState.PREVIEWED, ImportState.APPLIED),
}
