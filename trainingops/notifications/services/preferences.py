"""What somebody wants to be told, and how (NTF-1, NTF-4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused
from trainingops.notifications.enums import BY_MAIL, Channel
from trainingops.notifications.models import Preference
from trainingops.notifications.registry import DIGEST, NoticeKind, get_kind
from trainingops.people.models import User


@service
def choose_channels(*, user: User, channels: Mapping[str, str], summaries: bool, now: datetime) -> None:
    """Keep how somebody wants to be told of each of these kinds; kinds that are not named stay as they are.

    Args:
        channels: kind → :class:`Channel`.
        summaries: whether summaries come by mail at all.

    Raises:
        Refused: a kind is mandatory.
    """
    daily = {DIGEST.name: Channel.MAIL if summaries else Channel.APP}
    _keep(user, {**channels, **daily}, "notices.chosen", now)


@service
def stop_mails(*, user: User, kind: str, now: datetime) -> Channel:
    """No mail of this kind any more; its notices stay in the app. Where no mail came anyway, nothing changes.

    Returns:
        The channel until now, for :func:`resume_mails`.

    Raises:
        Refused: the kind is mandatory, with the reason.
    """
    channel = _channel_of(user, kind)
    if channel in BY_MAIL:
        _keep(user, {kind: Channel.APP}, "notices.mails_stopped", now)
    return channel


@service
def resume_mails(*, user: User, kind: str, channel: Channel, now: datetime) -> None:
    """Mails of this kind as they came before they were stopped; a choice that was made since stays."""
    if _channel_of(user, kind) == Channel.APP:
        _keep(user, {kind: channel}, "notices.mails_resumed", now)


def _channel_of(user: User, name: str) -> Channel:
    """How somebody is told of a kind that may be switched off, read under the lock of the account."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    kind = get_kind(name)
    require_choice(kind)
    chosen = Preference.objects.filter(user=user, kind=name).values_list("channel", flat=True).first()
    return Channel(chosen or kind.channel)


def _keep(user: User, channels: Mapping[str, str], verb: str, now: datetime) -> None:
    """Write what differs from the kind's own channel, remove what does not; the journal says what changed."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    kinds = {name: get_kind(name) for name in channels}
    for kind in kinds.values():
        require_choice(kind)
    before = dict(Preference.objects.filter(user=user, kind__in=kinds).values_list("kind", "channel"))
    changed = {
        name: str(channel) for name, channel in channels.items() if channel != before.get(name, kinds[name].channel)
    }
    if not changed:
        return
    own = [name for name, channel in changed.items() if channel == kinds[name].channel]
    Preference.objects.filter(user=user, kind__in=own).delete()
    Preference.objects.bulk_create(
        (Preference(user=user, kind=name, channel=channel) for name, channel in changed.items() if name not in own),
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["channel"],
    )
    record(verb, subject=user, actor=user, now=now, data={"channels": changed})


def require_choice(kind: NoticeKind) -> None:
    """Raise :class:`Refused` for a mandatory kind, with its reason."""
    if kind.mandatory:
        raise Refused(
            _("“%(kind)s” cannot be switched off: %(reason)s. Leave it as it is.")
            % {"kind": kind.label, "reason": str(kind.mandatory).rstrip(".")},
            field=kind.name,
            code="mandatory",
        )
