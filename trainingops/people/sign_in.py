"""How people sign in: by employee number, nobody registers themselves."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """allauth as this house uses it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 (the signature is allauth's)
        return False
