"""What needs come from: defects, samples, traffic and product changes of a world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.utils import timezone

from planning.enums import ErrorClass, RootCause, SampleKind
from planning.models import (
    Defect,
    MonitoringSample,
    QualityParameter,
    SampleCount,
    TrafficInterval,
)
from planning.services.needs import ChangeText, register_change


def make_defects(world, count=1, **fields):
    """Defects of one agent of the world, a day apart, ending yesterday."""
    parameter, _ = QualityParameter.objects.get_or_create(
        code="C1", defaults={"name": "Informasi benar", "error_class": ErrorClass.CACE}
    )
    team = world.people[0].assignments.get().team
    return [
        Defect.objects.create(
            **{
                "source": "QC",
                "source_reference": str(uuid4()),
                "person": world.people[0],
                "site": world.site,
                "line": world.line,
                "team": team,
                "occurred_on": timezone.localdate() - timedelta(days=1 + n),
                "contact_reference": f"17600{n}",
                "error_class": ErrorClass.CACE,
                "parameter": parameter,
                "root_cause": RootCause.KNOWLEDGE,
                **fields,
            }
        )
        for n in range(count)
    ]


def make_samples(world, count=1, kind=SampleKind.RANDOM, defective=()):
    for n in range(count):
        sample = MonitoringSample.objects.create(
            source="QC",
            source_reference=str(uuid4()),
            person=world.people[0],
            site=world.site,
            line=world.line,
            contacted_on=timezone.localdate() - timedelta(days=1 + n),
            kind=kind,
            score=Decimal(90),
        )
        SampleCount.objects.bulk_create(
            SampleCount(sample=sample, error_class=each, defective=int(each in defective)) for each in ErrorClass.values
        )


def make_traffic(world, days=14, **fields):
    """Half hours from 08.00 to 10.00 local time over the last days; the later, the busier."""
    for back in range(1, days + 1):
        day = timezone.localdate() - timedelta(days=back)
        TrafficInterval.objects.bulk_create(
            TrafficInterval(
                site=world.site,
                line=world.line,
                source="ACD",
                starts_at=datetime(day.year, day.month, day.day, 1, tzinfo=UTC) + timedelta(minutes=30 * n),
                minutes=30,
                offered=10 * (n + 1),
                **fields,
            )
            for n in range(4)
        )


def make_change(world, days=3, **fields):
    """A product change of the world's line that holds ``days`` from today and is answered by its module."""
    today = timezone.localdate()
    return register_change(
        content=ChangeText(
            **{
                "kind": "product",
                "number": f"SE-{uuid4().hex[:6]}",
                "title": "Tabungan Emas, biaya transfer",
                "summary": "Biaya berubah.",
                "issuer": "Divisi Produk",
                "issued_on": today - timedelta(days=20),
                "effective_on": today + timedelta(days=days),
                "lines": [world.line],
                "modules": [world.module_version.module],
                **fields,
            }
        ),
        actor=world.manager,
        now=timezone.now(),
    )
