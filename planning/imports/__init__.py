"""What the planning stage imports: findings and samples of Quality Control, figures, volumes of intervals."""


def register() -> None:
    """Make the importers known when the app starts."""
    from planning.imports.defects import DEFECTS
    from planning.imports.indicators import INDICATORS
    from planning.imports.samples import SAMPLES
    from planning.imports.traffic import FORECAST, TRAFFIC
    from trainingops.imports.registry import register_importer

    for importer in (DEFECTS, SAMPLES, INDICATORS, TRAFFIC, FORECAST):
        register_importer(importer)
