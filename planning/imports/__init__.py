"""What the planning stage imports: findings, samples, figures, modules, volumes of intervals, questions."""


def register() -> None:
    """Make the importers known when the app starts."""
    from planning.imports.defects import DEFECTS
    from planning.imports.indicators import INDICATORS
    from planning.imports.modules import MODULES
    from planning.imports.questions import QUESTIONS
    from planning.imports.samples import SAMPLES
    from planning.imports.traffic import FORECAST, TRAFFIC
    from trainingops.imports.registry import register_importer

    for importer in (DEFECTS, SAMPLES, INDICATORS, MODULES, TRAFFIC, FORECAST, QUESTIONS):
        register_importer(importer)
