"""Logging in and who is logged in."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.models.base import Form, Id, Moment, Text

Role = Literal["administrator", "inspector", "investigator", "supervisor", "site_contact", "expert", "viewer"]


class LogIn(Form):
    """What a person types to log in."""

    login: Text = Field(min_length=1, max_length=100, description="login name; case does not matter")
    password: Text = Field(min_length=1, max_length=200)


class Person(Form):
    """The person who is logged in."""

    id: Id
    login: str
    name: str
    title: str = Field(description="the agency's own word; may be empty")
    role: Role
    agency: str = Field(description="name of the person's agency")
    language: Literal["vi", "en"]


class Session(Form):
    """A log-in that holds."""

    person: Person
    expires_at: Moment
