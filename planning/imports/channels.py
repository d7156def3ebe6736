"""By which channels the house is spoken to, as files name them (2.3)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from planning.models import Defect, MonitoringSample
from trainingops.imports.registry import Checked
from trainingops.imports.values import heading_key
from trainingops.people.enums import ChannelKind
from trainingops.people.models import ServiceLine

#: What files call the channels of the trade, besides the kinds and names of the lines.
_WORDS = frozenset(
    (
        *("telepon", "telpon", "telephone", "phone", "voice", "suara", "call", "callcenter", "contactcenter", "ivr"),
        *("inbound", "outbound", "digital", "telemarketing", "telesales", "walkin", "chat", "livechat", "webchat"),
        *("email", "surel", "whatsapp", "wa", "sms", "video", "videocall", "mediasosial", "medsos", "socialmedia"),
        *("sosmed", "instagram", "facebook", "twitter", "x", "tiktok", "telegram", "line"),
    )
)


class KnownChannels:
    """The words of the trade, of the house's lines, and of earlier findings and samples; three queries."""

    def __init__(self) -> None:
        lines = list(ServiceLine.objects.all())
        words = {*_WORDS, *(word for line in lines for word in (line.name, line.code))}
        for language in ("id", "en"):
            with override(language):
                words |= {str(kind.label) for kind in ChannelKind}
        for model in (Defect, MonitoringSample):
            words |= set(model.objects.order_by().values_list("channel", flat=True).distinct())
        self._keys = {heading_key(word) for word in words}

    def warn(self, checked: Checked) -> None:
        """Warn of a channel that nobody here has, once for each word of a file."""
        key = heading_key(checked.row.text("channel"))
        if not key or key in self._keys:
            return
        self._keys.add(key)
        words = _("This channel is not known here: no line has it, and no earlier finding. Correct it if it is a slip.")
        checked.warn("channel", "channel_unknown", words)
